package reports

import (
	"io"

	"github.com/parquet-go/parquet-go"

	"tapaudit/analysis"
)

// writeParquet writes findings.parquet: times as UTC timestamps in
// microseconds, exception_expires as a date, lists as lists.
func writeParquet(f *folder, r *analysis.Result) error {
	return f.create("findings.parquet", func(w io.Writer) error {
		// Named here because the default names the build, which would make
		// the bytes depend on how the program was compiled.
		out := parquet.NewGenericWriter[findingRow](w,
			parquet.CreatedBy("tapaudit", "1", "none"), parquet.Compression(&parquet.Snappy))
		for row := range findingRows(r) {
			if _, err := out.Write([]findingRow{row}); err != nil {
				return err
			}
		}
		return out.Close()
	})
}
