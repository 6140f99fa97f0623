package main

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// unifiedColumns are the members of the records that writeUnified makes, for DuckDB's bare load.
const unifiedColumns = `{
    AppAccessContext: 'JSON', CreationTime: 'VARCHAR', Id: 'VARCHAR', Operation: 'VARCHAR', OrganizationId: 'VARCHAR', RecordType: 'BIGINT',
    ResultStatus: 'VARCHAR', UserKey: 'VARCHAR', UserType: 'BIGINT', Version: 'BIGINT', Workload: 'VARCHAR', ClientIP: 'VARCHAR', UserId: 'VARCHAR',
    AppId: 'VARCHAR', ClientAppId: 'VARCHAR', ClientIPAddress: 'VARCHAR', ClientInfoString: 'VARCHAR', ExternalAccess: 'BOOLEAN',
    InternalLogonType: 'BIGINT', LogonType: 'BIGINT', LogonUserSid: 'VARCHAR', MailboxGuid: 'VARCHAR', MailboxOwnerSid: 'VARCHAR',
    MailboxOwnerUPN: 'VARCHAR', OrganizationName: 'VARCHAR', OriginatingServer: 'VARCHAR', TokenObjectId: 'VARCHAR', TokenTenantId: 'VARCHAR',
    OperationProperties: 'JSON', Folders: 'JSON', OperationCount: 'BIGINT', AuthenticationType: 'VARCHAR', BrowserName: 'VARCHAR',
    BrowserVersion: 'VARCHAR', CorrelationId: 'VARCHAR', EventSource: 'VARCHAR', GeoLocation: 'VARCHAR', IsManagedDevice: 'BOOLEAN',
    ItemType: 'VARCHAR', ListId: 'VARCHAR', ListItemUniqueId: 'VARCHAR', Platform: 'VARCHAR', Site: 'VARCHAR', UserAgent: 'VARCHAR', WebId: 'VARCHAR',
    DeviceDisplayName: 'VARCHAR', HighPriorityMediaProcessing: 'BOOLEAN', ListBaseType: 'BIGINT', ListServerTemplate: 'BIGINT',
    SourceRelativeUrl: 'VARCHAR', SourceFileName: 'VARCHAR', SourceFileExtension: 'VARCHAR', ApplicationDisplayName: 'VARCHAR', SiteUrl: 'VARCHAR',
    ObjectId: 'VARCHAR', AzureActiveDirectoryEventType: 'BIGINT', ExtendedProperties: 'JSON', ModifiedProperties: 'JSON', Actor: 'JSON',
    ActorContextId: 'VARCHAR', InterSystemsId: 'VARCHAR', IntraSystemId: 'VARCHAR', SupportTicketId: 'VARCHAR', Target: 'JSON',
    TargetContextId: 'VARCHAR', Item: 'JSON', SessionId: 'VARCHAR'}`

// unified measures the ingest of an export of the Unified Audit Log beside sign-ins, a tenth of its records, and the
// analysis of both with log-ins, a thousandth.
func (b *bench) unified(records int) error {
	made, err := b.signIns("beside", records/10)
	if err != nil {
		return err
	}
	folder := filepath.Join(b.dir, "unified")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	signIns, log := filepath.Join(folder, "signins.ndjson"), filepath.Join(folder, unifiedFile)
	if err := os.Rename(made, signIns); err != nil {
		return err
	}
	if err := writeUnified(log, records); err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	what := fmt.Sprintf("%d records of the Unified Audit Log and %d sign-ins", records, records/10)
	if err := b.pair("ingest "+what, b.ingest(folder),
		"DuckDB's bare load of both", []string{self, "bare-load", filepath.Join(b.dir, "bare.duckdb"), signIns, log}); err != nil {
		return err
	}
	n := records / 1000
	if err := (onboardings{tenant: tenantNo(0), n: n, over: time.Duration(n) * 2 * time.Hour, users: n}).write(folder); err != nil {
		return err
	}
	return b.judged(fmt.Sprintf("analysis of %s with %d log-ins", what, n), folder)
}

// unifiedFile is the name by which bareLoad knows such an export.
const unifiedFile = "unified.ndjson"

// writeUnified writes records as exports of a working day have them, 2 KB each on average. Half are mails that were
// read; the others are files, mails that were sent and operations of the directory.
func writeUnified(path string, records int) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer file.Close()
	w := bufio.NewWriterSize(file, 1<<20)
	first := time.Date(2026, 9, 1, 6, 0, 0, 0, time.UTC)
	for i := range records {
		at := first.Add(time.Duration(i) * time.Second).Format("2006-01-02T15:04:05")
		user := i * 7919 % 5000
		id := func(of int) string { return fmt.Sprintf("%08x-0000-4000-8000-%012x", of, i*31+of) }
		common := fmt.Sprintf(`{"AppAccessContext":{"AADSessionId":"%s","ClientAppId":"9199bf20-a13f-4107-85dc-02114787ef48","CorrelationId":"%s","UniqueTokenId":"%022d"},"CreationTime":"%s","Id":"%s","OrganizationId":"%s","UserType":0,"Version":1,"UserId":"user%d@contoso.example",`,
			id(1), id(2), i, at, id(3), tenantNo(0), user)
		switch i % 10 {
		case 0, 1, 2, 3, 4:
			var items strings.Builder
			for j := range 1 + i%14 {
				if j > 0 {
					items.WriteByte(',')
				}
				fmt.Fprintf(&items, `{"Id":"AAMkADk0%048d","ImmutableId":"LgAAAADk0%048d","InternetMessageId":"<%d.%d@contoso.example>","SizeInBytes":%d}`, i, i, i, j, 1000+i)
			}
			fmt.Fprintf(w, `%s"Operation":"MailItemsAccessed","RecordType":50,"ResultStatus":"Succeeded","UserKey":"10032000%08X","Workload":"Exchange","AppId":"00000002-0000-0ff1-ce00-000000000000","ClientAppId":"","ClientIPAddress":"198.51.%d.%d","ClientInfoString":"Client=OWA;Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36","ExternalAccess":false,"InternalLogonType":0,"LogonType":0,"LogonUserSid":"S-1-5-21-1-2-3-%d","MailboxGuid":"%s","MailboxOwnerSid":"S-1-5-21-1-2-3-%d","MailboxOwnerUPN":"user%d@contoso.example","OperationProperties":[{"Name":"MailAccessType","Value":"Bind"},{"Name":"IsThrottled","Value":"False"}],"OrganizationName":"contoso.example","OriginatingServer":"ZR0P278MB0001 (15.20.4200.000)\r\n","TokenObjectId":"%s","TokenTenantId":"%s","Folders":[{"FolderItems":[%s],"Id":"LgAAAAB%040d","Path":"\\Inbox"}],"OperationCount":%d}`+"\n",
				common, user, i%200, i%250, user, id(user), user, user, id(user), tenantNo(0), items.String(), i%5000,
				1+i%14)
		case 5, 6, 7:
			fmt.Fprintf(w, `%s"Operation":"FileAccessed","RecordType":6,"UserKey":"i:0h.f|membership|10032000%08x@live.com","Workload":"SharePoint","ClientIP":"198.51.%d.%d","AuthenticationType":"OAuth","BrowserName":"Edge","BrowserVersion":"130.0.0.0","CorrelationId":"%s","EventSource":"SharePoint","GeoLocation":"EUR","IsManagedDevice":true,"ItemType":"File","ListId":"%s","ListItemUniqueId":"%s","Platform":"WinDesktop","Site":"%s","UserAgent":"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0","WebId":"%s","DeviceDisplayName":"198.51.%[3]d.%[4]d","HighPriorityMediaProcessing":false,"ListBaseType":1,"ListServerTemplate":101,"SourceRelativeUrl":"Shared Documents/Team %[10]d/Reports","SourceFileName":"Report %[11]d.docx","SourceFileExtension":"docx","ApplicationDisplayName":"Office 365","SiteUrl":"https://contoso.sharepoint.com/sites/team%[10]d/","ObjectId":"https://contoso.sharepoint.com/sites/team%[10]d/Shared Documents/Team %[10]d/Reports/Report %[11]d.docx"}`+"\n",
				common, user, i%200, i%250, id(4), id(5), id(6), id(7), id(8), i%300, i)
		case 8:
			fmt.Fprintf(w, `%s"Operation":"Send","RecordType":2,"ResultStatus":"Succeeded","UserKey":"10032000%08X","Workload":"Exchange","ClientIP":"198.51.%d.%d","ClientIPAddress":"198.51.%[3]d.%[4]d","ClientInfoString":"Client=OWA;Action=ViaProxy","ExternalAccess":false,"InternalLogonType":0,"LogonType":0,"MailboxGuid":"%s","MailboxOwnerUPN":"user%d@contoso.example","OrganizationName":"contoso.example","SessionId":"%s","Item":{"Id":"LgAAAAB%040d","InternetMessageId":"<%d@contoso.example>","ParentFolder":{"Id":"LgAAAAB%040[8]d","Path":"\\Sent Items"},"SizeInBytes":34785,"Subject":"Minutes of the meeting %[9]d"}}`+"\n",
				common, user, i%200, i%250, id(user), user, id(1), i%5000, i)
		default:
			fmt.Fprintf(w, `%s"Operation":"Update user.","RecordType":8,"ResultStatus":"Success","UserKey":"10032000%08X@contoso.example","Workload":"AzureActiveDirectory","ObjectId":"user%d@contoso.example","AzureActiveDirectoryEventType":1,"ExtendedProperties":[{"Name":"additionalDetails","Value":"{\"UserType\":\"Member\"}"},{"Name":"extendedAuditEventCategory","Value":"User"}],"ModifiedProperties":[{"Name":"Department","NewValue":"[\r\n  \"Sales\"\r\n]","OldValue":"[]"},{"Name":"Included Updated Properties","NewValue":"Department","OldValue":""}],"Actor":[{"ID":"user%[2]d@contoso.example","Type":5},{"ID":"10032000%08[2]X","Type":3},{"ID":"User_%[4]s","Type":2},{"ID":"%[4]s","Type":2},{"ID":"User","Type":2}],"ActorContextId":"%s","InterSystemsId":"%s","IntraSystemId":"%s","SupportTicketId":"","Target":[{"ID":"User_%s","Type":2},{"ID":"%[8]s","Type":2},{"ID":"User","Type":2},{"ID":"user%[3]d@contoso.example","Type":5}],"TargetContextId":"%[5]s"}`+"\n",
				common, user, i%5000, id(user), tenantNo(0), id(9), id(10), id(i%5000))
		}
	}
	return w.Flush()
}
