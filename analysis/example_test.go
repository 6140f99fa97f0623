package analysis_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"time"

	"tapaudit/analysis"
	"tapaudit/analysis/settings"
	"tapaudit/ingest"
	"tapaudit/ingest/casefile"
)

// An audit: evidence into a case, a configuration, rules, and what they find.
func ExampleRun() {
	ctx := context.Background()
	temp, err := os.MkdirTemp("", "example")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(temp)
	c, err := casefile.Open(ctx, "", casefile.Options{TempDir: temp, Loads: true})
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()
	if err := ingest.Load(ctx, c, []string{"../sample-logs/evidence"}, nil, ingest.Options{}); err != nil {
		log.Fatal(err)
	}
	rules, err := analysis.BuiltInRules()
	if err != nil {
		log.Fatal(err)
	}
	configuration, err := settings.Load("../sample-logs/tapaudit.yaml", analysis.Catalog(rules))
	if err != nil {
		log.Fatal(err)
	}
	if err := c.Seal(ctx); err != nil {
		log.Fatal(err)
	}
	result, err := analysis.Run(ctx, c, configuration, analysis.Configure(rules, configuration), analysis.Options{})
	if err != nil {
		log.Fatal(err)
	}
	for _, finding := range result.Findings {
		if finding.RuleID == "TAP-GUESSED" {
			fmt.Println(finding.Severity, finding.Status, finding.SubjectName, finding.FirstSeen.Format(time.DateOnly))
		}
	}
	// Output:
	// critical open rosa.rat@contoso.example 2026-07-17
}
