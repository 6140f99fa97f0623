package tables

import (
	"io"

	"github.com/parquet-go/parquet-go"

	"tapaudit/analysis"
	"tapaudit/reports/folder"
)

// WriteParquet writes findings.parquet: times as UTC timestamps in
// microseconds, exception_expires as a date, lists as lists.
func WriteParquet(f *folder.Folder, r *analysis.Result) error {
	return f.Create("findings.parquet", func(w io.Writer) error {
		// Named here because the default names the build, which would make
		// the bytes depend on how the program was compiled.
		out := parquet.NewGenericWriter[Finding](w,
			parquet.CreatedBy("tapaudit", "1", "none"), parquet.Compression(&parquet.Snappy))
		for row := range Findings(r) {
			if _, err := out.Write([]Finding{row}); err != nil {
				return err
			}
		}
		return out.Close()
	})
}
