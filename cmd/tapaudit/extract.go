package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"tapaudit/analysis/extract"
)

// extractCommand prints the reduction of a lake as the query of the engine that the lake lies under.
func extractCommand(io streams) *cobra.Command {
	c := newCommand("extract --engine ENGINE --period PERIOD",
		"print the query that reduces a lake under an engine that scales",
		"Prints the query by which an engine reduces a lake to what an audit needs. Its result sets are evidence like any "+
			"other, and are judged exactly as all of the lake would be.",
		example{"for Apache Spark", "tapaudit extract --engine spark --period 2026Q3"},
		example{"for Log Analytics", "tapaudit extract --engine kql --period 2026Q3"},
	)
	c.Args = noArguments
	flags := c.Flags()
	var o extract.Options
	var period, from, to string
	var tables, columns []string
	flags.StringVar(&o.Engine, "engine", "", "whose query to write: "+strings.Join(extract.Engines(), ", "))
	flags.StringVar(&period, "period", "",
		"what is to be judged: 2026, 2026Q3, 2026-09 or 2026-09-14; the query reads 91 days more before it and 31 after it")
	flags.StringVar(&from, "from", "", "beginning of the period, e.g. 2026-07-01 or 2026-07-01T06:00:00Z")
	flags.StringVar(&to, "to", "", "end of the period, exclusive")
	flags.StringVar(&o.Layout, "layout", "", "what the tables look like: "+strings.Join(extract.Layouts(),
		", ")+" (default lake, as 'tapaudit lake' writes it; for kql loganalytics)")
	flags.StringArrayVar(&tables, "table", nil,
		"where a table is: signins=, noninteractive=, audits= or activities= (as 'tapaudit lake' writes them, in every layout) with a name, or a folder of Parquet files")
	flags.StringArrayVar(&columns, "column", nil,
		"what a column of the layout, or a member of one (status.errorCode), is called: NAME=COLUMN, or NAME= where there is none; also tenantId=, day= (the partition's), filtered=")
	flags.StringVar(&o.Tenant, "tenant", "", "tenant of records that name none")
	flags.StringVar(&o.Nested, "nested", "",
		"what nested columns are, all of them: text (of JSON) or struct (default the layout's)")
	flags.StringVar(&o.Times, "times", "", "what columns of times are: text or timestamp (default the layout's)")
	flags.StringVar(&o.Into, "into", "tapaudit-extract",
		"where the engine writes the result sets: a folder; for Trino CATALOG.SCHEMA")
	flags.StringVar(&o.Format, "format", "parquet", "what the result sets are written as: parquet, csv, json")
	out := flags.String("out", "", outHelp)
	c.RunE = func(_ *cobra.Command, _ []string) error {
		if o.Engine == "" {
			return usagef("extract: name the engine with --engine: %s", strings.Join(extract.Engines(), ", "))
		}
		if o.Layout == "" {
			o.Layout = "lake"
			if o.Engine == "kql" {
				o.Layout = "loganalytics"
			}
		}
		var err error
		if o.Period, err = parsePeriod(period, from, to); err != nil {
			return usageError{err}
		}
		if o.Tables, err = pairs("--table", tables); err != nil {
			return err
		}
		if o.Columns, err = pairs("--column", columns); err != nil {
			return err
		}
		// Engines write paths with slashes on Windows, too.
		o.Into = filepath.ToSlash(o.Into)
		for name, path := range o.Tables {
			o.Tables[name] = filepath.ToSlash(path)
		}
		text, _, err := extract.Text(o)
		if err != nil {
			return usagef("extract: %w", err)
		}
		return io.into(*out, func(io streams) error {
			_, err := fmt.Fprint(io.out, text)
			return err
		})
	}
	return c
}

// pairs reads NAME=VALUE.
func pairs(flag string, values []string) (map[string]string, error) {
	all := map[string]string{}
	for _, v := range values {
		name, value, ok := strings.Cut(v, "=")
		if !ok || name == "" {
			return nil, usagef("%s %q: write NAME=VALUE", flag, v)
		}
		all[name] = value
	}
	return all, nil
}
