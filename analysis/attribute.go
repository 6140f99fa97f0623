package analysis

import (
	"context"

	"tapaudit/analysis/model"
	"tapaudit/analysis/settings"
	"tapaudit/ingest/casefile"
)

// Attribute says whose tenant each record of the case is. The views attributed_signins, attributed_audits and so on
// have it in their column tenant, NULL where nothing tells. tenant is for records that name none, "" for none.
func Attribute(ctx context.Context, c *casefile.Case, tenant string) error {
	return c.Atomically(ctx, func() error {
		if err := model.Run(ctx, c, "05_configuration"); err != nil {
			return err
		}
		if err := storeConfiguration(ctx, c, &settings.Settings{}, tenant); err != nil {
			return err
		}
		return model.Run(ctx, c, "10_tenants")
	})
}
