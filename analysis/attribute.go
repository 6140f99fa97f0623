package analysis

import (
	"context"

	"tapaudit/analysis/settings"
	"tapaudit/ingest/casefile"
)

// Attribute says whose tenant each record of the case is, and leaves that in the views attributed_signins,
// attributed_audits and so on, in their column tenant; NULL where nothing tells. tenant is for records that name none, "" for
// none.
func Attribute(ctx context.Context, c *casefile.Case, tenant string) error {
	a := &audit{c: c, settings: &settings.Settings{}, opts: Options{Tenant: tenant}}
	return c.Atomically(ctx, func() error {
		if err := a.storeConfiguration(ctx); err != nil {
			return err
		}
		return a.model("10_tenants")(ctx)
	})
}
