package ingest
import ("testing";"context";"path/filepath";"tapaudit/ingest/casefile")
func TestF1Prof(t *testing.T){
 ctx:=context.Background()
 c,err:=casefile.Open(ctx,filepath.Join(t.TempDir(),"c.duckdb"),casefile.Options{})
 if err!=nil{t.Fatal(err)}
 if err:=Load(ctx,c,[]string{"/tmp/f1_big.csv"},nil,Options{});err!=nil{t.Fatal(err)}
 c.Close()
}
