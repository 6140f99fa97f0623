package tables

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"reflect"
	"time"

	"github.com/parquet-go/parquet-go"

	"tapaudit/analysis"
	"tapaudit/ingest/safetext"
	"tapaudit/reports/folder"
)

// WriteCSV writes a file per table: RFC 4180 with LF ends, lists joined by "; ", times in RFC 3339 UTC, empty cells
// for what is not known.
func WriteCSV(f *folder.Folder, r *analysis.Result) error {
	for _, t := range all {
		err := f.Create(t.name+".csv", func(w io.Writer) error {
			out := csv.NewWriter(w)
			if err := out.Write(t.names()); err != nil {
				return err
			}
			for row := range t.cells(r) {
				for i, cell := range row {
					row[i] = Inert(cell)
				}
				if err := out.Write(row); err != nil {
					return err
				}
			}
			out.Flush()
			return out.Error()
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// WriteJSON writes findings.json and incidents.json: an array with one of them a line, times in RFC 3339 UTC, null for
// what is not known.
func WriteJSON(f *folder.Folder, r *analysis.Result) error {
	for _, t := range all {
		if !t.json {
			continue
		}
		err := f.Create(t.name+".json", func(w io.Writer) error {
			separator, end := "[\n", "[]\n"
			for row := range t.rowsOf(r) {
				text, err := json.Marshal(row)
				if err != nil {
					return err
				}
				if _, err := io.WriteString(w, separator+safetext.JSON(text)); err != nil {
					return err
				}
				separator, end = ",\n", "\n]\n"
			}
			_, err := io.WriteString(w, end)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// WriteParquet writes findings.parquet: times as UTC timestamps in microseconds, days as dates, lists as lists.
func WriteParquet(f *folder.Folder, r *analysis.Result) error {
	for _, t := range all {
		if !t.pq {
			continue
		}
		err := f.Create(t.name+".parquet", func(w io.Writer) error {
			record := parquetRecord(t)
			schema := parquet.NewSchema(t.name, parquet.SchemaOf(reflect.New(record).Interface()))
			// The creator is named because the default names the build, which would make the bytes depend on how the
			// program was compiled.
			out := parquet.NewWriter(w, schema, parquet.CreatedBy("tapaudit", "1", "none"),
				parquet.Compression(&parquet.Snappy))
			for row := range t.rowsOf(r) {
				if err := out.Write(parquetRow(record, reflect.ValueOf(row)).Interface()); err != nil {
					return err
				}
			}
			return out.Close()
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// parquetRecord is a table's row as the Parquet library reads it: by the types of fields and their tags.
func parquetRecord(t table) reflect.Type {
	var fields []reflect.StructField
	for i := range t.row.NumField() {
		field := t.row.Field(i)
		kind, options := field.Type, ""
		switch field.Type {
		case reflect.TypeFor[*time.Time]():
			options = ",optional,timestamp(microsecond)"
		case reflect.TypeFor[[]string]():
			options = ",list"
		case reflect.TypeFor[optional]():
			kind, options = reflect.TypeFor[*string](), ",optional"
		case reflect.TypeFor[day]():
			kind, options = reflect.TypeFor[*int32](), ",optional,date"
		}
		tag := `parquet:"` + field.Tag.Get("json") + options + `"`
		fields = append(fields, reflect.StructField{Name: field.Name, Type: kind, Tag: reflect.StructTag(tag)})
	}
	return reflect.StructOf(fields)
}

func parquetRow(record reflect.Type, row reflect.Value) reflect.Value {
	out := reflect.New(record)
	for i := range row.NumField() {
		field := out.Elem().Field(i)
		switch v := row.Field(i).Interface().(type) {
		case optional:
			if text := string(v); text != "" {
				field.Set(reflect.ValueOf(&text))
			}
		case day:
			if midnight, err := time.Parse(time.DateOnly, string(v)); err == nil {
				days := int32(midnight.Unix() / (24 * 60 * 60)) // since 1970-01-01
				field.Set(reflect.ValueOf(&days))
			}
		default:
			field.Set(row.Field(i))
		}
	}
	return out
}
