#Requires -Version 5.1
#Requires -Modules Microsoft.Graph.Authentication

<#
.SYNOPSIS
Exports from Microsoft Graph what tapaudit needs to audit Temporary Access Passes.

.DESCRIPTION
Reads only, and asks for no more permissions than the parts need. Sign-ins and audit events come a day at a time; each
page is kept as Graph sent it. A run that was interrupted goes on with the day at which it stopped: run the same
command again.

Three things come out, named after OutputFolder:
  evidence/          what tapaudit reads
  evidence.sha256    the hash of every file in it, as sha256sum writes them
  evidence.log       who exported what, when, and by which requests
While it runs, evidence.partial/ holds the pages of the day that is not whole yet.

It was written without a tenant and without PowerShell at hand: a parser accepts its syntax, nobody has run it. Try it
on one day first, and read evidence.log.

.PARAMETER From
First day (UTC). Without it: 30 days ago, which is all that Entra ID keeps. Ask for 90 days before the period that you
audit, as far as the logs go.

.PARAMETER To
End (UTC), exclusive. Without it: now.

.PARAMETER OutputFolder
Where the evidence goes. Use the same folder every month.

.PARAMETER Skip
Parts to leave out, with their permissions: SignIns, Audits, Policy, Users, Roles, Groups, Passes.

.PARAMETER UnifiedAudit
Searches the Unified Audit Log too (180 days and more are kept). The search runs in the service and may take hours; it
needs AuditLogsQuery.Read.All.

.PARAMETER TenantId
The tenant to sign in to.

.PARAMETER Environment
The cloud: Global, USGov, USGovDoD or China.

.EXAMPLE
./export.ps1 -From 2026-07-01

.EXAMPLE
./export.ps1 -From 2026-09-01 -To 2026-10-01 -Skip Passes, Roles
#>
[CmdletBinding()]
param(
    [string] $From,
    [string] $To,
    [string] $OutputFolder = 'evidence',
    [ValidateSet('SignIns', 'Audits', 'Policy', 'Users', 'Roles', 'Groups', 'Passes')]
    [string[]] $Skip = @(),
    [switch] $UnifiedAudit,
    [string] $TenantId,
    [ValidateSet('Global', 'USGov', 'USGovDoD', 'China')]
    [string] $Environment = 'Global'
)

$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

# What each part may read, and no more.
$permissions = [ordered]@{
    SignIns = @('AuditLog.Read.All')
    Audits  = @('AuditLog.Read.All')
    Policy  = @('Policy.Read.All')
    Users   = @('User.Read.All', 'AuditLog.Read.All')
    Roles   = @('RoleManagement.Read.Directory', 'RoleEligibilitySchedule.Read.Directory')
    Groups  = @('GroupMember.Read.All')
    Passes  = @('UserAuthenticationMethod.Read.All', 'AuditLog.Read.All')
}
$parts = @($permissions.Keys | Where-Object { $_ -notin $Skip })
$scopes = @($parts | ForEach-Object { $permissions[$_] })
if ($UnifiedAudit) { $scopes += 'AuditLogsQuery.Read.All' }
$scopes = @($scopes | Sort-Object -Unique)

function ConvertTo-Utc([string] $Text) {
    $style = [Globalization.DateTimeStyles]::AssumeUniversal -bor [Globalization.DateTimeStyles]::AdjustToUniversal
    return [datetime]::Parse($Text, [cultureinfo]::InvariantCulture, $style)
}

function Format-Utc([datetime] $Time, [string] $Format = 'yyyy-MM-ddTHH:mm:ssZ') {
    return $Time.ToString($Format, [cultureinfo]::InvariantCulture)
}

$now = (Get-Date).ToUniversalTime()
$taken = Format-Utc $now 'yyyyMMddTHHmmssZ'
$begin = $now.Date.AddDays(-30)
if ($From) { $begin = ConvertTo-Utc $From }
$end = $now
if ($To) { $end = ConvertTo-Utc $To }
if ($end -gt $now) { $end = $now }
if ($begin -ge $end) { throw "-From $(Format-Utc $begin) must lie before -To $(Format-Utc $end)." }

# An application's or a person's session that is there already is used; its permissions are shown in the log.
if (-not (Get-MgContext)) {
    $connect = @{ Scopes = $scopes; Environment = $Environment; NoWelcome = $true }
    if ($TenantId) { $connect.TenantId = $TenantId }
    Connect-MgGraph @connect
}
$context = Get-MgContext
if ($TenantId -and $context.TenantId -ne $TenantId) {
    throw "The session is of tenant $($context.TenantId), not of ${TenantId}: run Disconnect-MgGraph first."
}
$endpoint = (Get-MgEnvironment -Name $context.Environment).GraphEndpoint
$graph = "$endpoint/beta" # v1.0 has no authentication steps, and no pass shows without them

$root = [IO.Path]::GetFullPath((Join-Path (Get-Location).ProviderPath $OutputFolder))
$folder = Join-Path $root "tenantId=$($context.TenantId)" # audit events, users and policies do not name their tenant
$partial = "$root.partial"
$log = "$root.log"
New-Item -ItemType Directory -Force -Path $folder, $partial | Out-Null

function Write-Log([string] $Text) {
    $line = "$(Format-Utc (Get-Date).ToUniversalTime()) $Text"
    Add-Content -LiteralPath $log -Value $line -Encoding UTF8
    Write-Host $line
}

# Save-Page writes one answer to a file and returns the address of the next page, or nothing.
function Save-Page([string] $Uri, [string] $File) {
    for ($try = 1; ; $try++) {
        try {
            Invoke-MgGraphRequest -Method GET -Uri $Uri -OutputFilePath $File | Out-Null
            break
        }
        catch {
            $status = 0
            if ($_.Exception.Response) { $status = [int] $_.Exception.Response.StatusCode }
            # Too many requests, and what a server or a network gets over, are asked again; a refusal is not.
            $passing = $status -eq 0 -or $status -eq 408 -or $status -eq 429 -or $status -ge 500
            if (-not $passing -or $try -ge 8) { throw }
            $seconds = [math]::Min(300, 5 * [math]::Pow(2, $try))
            Write-Log "asking again in $seconds s, since: $($_.Exception.Message)"
            Start-Sleep -Seconds $seconds
        }
    }
    # Windows PowerShell 5.1 cannot parse JSON of more than 2 MB, so the link is looked for in the text.
    $link = [regex]::Match([IO.File]::ReadAllText($File), '"@odata\.nextLink"\s*:\s*("(?:[^"\\]|\\.)*")')
    if (-not $link.Success) { return '' }
    $next = $link.Groups[1].Value | ConvertFrom-Json
    if (-not $next.StartsWith("$endpoint/")) { throw "$File names a next page outside ${endpoint}: $next" }
    return $next
}

# Save-Export writes all pages of a request as NAME-0.json, NAME-1.json and so on, unless they are there.
function Save-Export([string] $Name, [string] $Uri) {
    if (Test-Path -LiteralPath (Join-Path $folder "$Name-0.json")) { return }
    Write-Log "GET $Uri"
    Get-ChildItem -LiteralPath $partial -Filter '*.json' -File | Remove-Item
    $pages = 0
    while ($Uri) {
        $Uri = Save-Page $Uri (Join-Path $partial "$Name-$pages.json")
        $pages++
    }
    # The first page goes last: where it is, the export is whole.
    for ($page = $pages - 1; $page -ge 0; $page--) {
        Move-Item -Force -LiteralPath (Join-Path $partial "$Name-$page.json") -Destination $folder
    }
    Write-Log "$Name has $pages pages"
}

# Save-Days exports a log day by day. Entra ID still writes about the last days, so those are exported again by a later
# run, under another name; tapaudit joins the records that are in both.
function Save-Days([string] $Name, [string] $Path, [string] $Time, [string] $Filter) {
    for ($day = $begin; $day -lt $end; $day = $day.Date.AddDays(1)) {
        $dayEnd = $day.Date.AddDays(1)
        if ($dayEnd -gt $end) { $dayEnd = $end }
        $file = "$Name-$(Format-Utc $day 'yyyy-MM-dd')"
        $wholeDay = $day -eq $day.Date -and $dayEnd -eq $day.Date.AddDays(1)
        if (-not $wholeDay -or $dayEnd -gt $now.AddDays(-2)) { $file += "-$taken" }
        $span = "$Time ge $(Format-Utc $day) and $Time lt $(Format-Utc $dayEnd)"
        Save-Export $file "$graph/${Path}?`$filter=$span$Filter"
    }
}

# Read-Pages are the objects of an export of this run; such exports are small.
function Read-Pages([string] $Name) {
    foreach ($file in Get-ChildItem -LiteralPath $folder -Filter "$Name-$taken-*.json" -File) {
        $answer = [IO.File]::ReadAllText($file.FullName) | ConvertFrom-Json
        if ($answer.PSObject.Properties['value']) { $answer.value } else { $answer }
    }
}

Write-Log "export of $(Format-Utc $begin) to $(Format-Utc $end), tenant $($context.TenantId)"
Write-Log "by $($context.Account) $($context.AppName), permissions $($context.Scopes -join ', ')"
Write-Log "module $((Get-Module Microsoft.Graph.Authentication).Version), parts $($parts -join ', ')"
if ($begin -lt $now.Date.AddDays(-30)) {
    Write-Warning 'Entra ID keeps its logs for 30 days (7 without a P1 licence). Older days will be empty.'
}

if ('Policy' -in $parts) {
    Save-Export "policy-$taken" "$graph/policies/authenticationMethodsPolicy"
    Save-Export "conditional-access-$taken" "$graph/identity/conditionalAccess/policies"
    Save-Export "authentication-strengths-$taken" "$graph/policies/authenticationStrengthPolicies"
}
if ('Users' -in $parts) {
    $properties = 'id,userPrincipalName,displayName,userType,accountEnabled,createdDateTime,employeeHireDate'
    Save-Export "users-$taken" "$graph/users?`$select=$properties&`$top=999"
    Save-Export "registration-$taken" "$graph/reports/authenticationMethods/userRegistrationDetails"
}
if ('Roles' -in $parts) {
    Save-Export "role-definitions-$taken" "$graph/roleManagement/directory/roleDefinitions"
    Save-Export "role-assignments-$taken" "$graph/roleManagement/directory/roleAssignments?`$expand=principal"
    Save-Export "role-eligibilities-$taken" "$graph/roleManagement/directory/roleEligibilityScheduleInstances"
}
if ('Groups' -in $parts) {
    # The groups that the policy of passes names, and those that hold a role. Members of nested groups count too.
    $groups = @()
    if ('Policy' -in $parts) {
        $methods = (Read-Pages 'policy').authenticationMethodConfigurations
        $pass = $methods | Where-Object { $_.id -eq 'TemporaryAccessPass' }
        $groups += @($pass.includeTargets) + @($pass.excludeTargets) |
            Where-Object { $_ -and $_.targetType -eq 'group' -and $_.id -ne 'all_users' } | ForEach-Object { $_.id }
    }
    if ('Roles' -in $parts) {
        $groups += Read-Pages 'role-assignments' |
            Where-Object { $_.principal.'@odata.type' -eq '#microsoft.graph.group' } |
            ForEach-Object { $_.principalId }
    }
    $found = @()
    foreach ($id in @($groups | Sort-Object -Unique)) {
        Save-Export "group-$id-$taken" "$graph/groups/${id}?`$select=id,displayName,securityEnabled"
        Save-Export "members-of-$id-$taken" "$graph/groups/$id/transitiveMembers?`$select=id&`$top=999"
        $group = Read-Pages "group-$id"
        $found += @{
            id = $group.id; displayName = $group.displayName; securityEnabled = $group.securityEnabled
            members = @(Read-Pages "members-of-$id" | ForEach-Object { @{ id = $_.id } })
        }
    }
    # A page of members does not say whose they are, so each group is one object with its members.
    if ($found) {
        $text = ConvertTo-Json -Depth 4 -InputObject @{ value = $found }
        [IO.File]::WriteAllText((Join-Path $folder "groups-$taken.json"), $text)
    }
    Get-ChildItem -LiteralPath $folder -File |
        Where-Object { $_.Name -match '^(group|members-of)-[0-9a-f-]{36}-\d{8}T\d{6}Z-\d+\.json$' } | Remove-Item
}
if ('Passes' -in $parts) {
    # Users who hold a pass now. The passcode itself is never in the answer.
    $holders = "methodsRegistered/any(m: m eq 'temporaryAccessPass')"
    Save-Export "pass-holders-$taken" "$graph/reports/authenticationMethods/userRegistrationDetails?`$filter=$holders"
    foreach ($user in @(Read-Pages 'pass-holders')) {
        $uri = "$graph/users/$($user.id)/authentication/temporaryAccessPassMethods"
        Save-Export "temporaryAccessPassMethods_$($user.id)_$taken" $uri
    }
}
if ('Audits' -in $parts) { Save-Days 'audits' 'auditLogs/directoryAudits' 'activityDateTime' '' }
if ('SignIns' -in $parts) {
    Save-Days 'signins' 'auditLogs/signIns' 'createdDateTime' ''
    $filter = " and signInEventTypes/any(t: t eq 'nonInteractiveUser')"
    Save-Days 'signins-noninteractive' 'auditLogs/signIns' 'createdDateTime' $filter
}

if ($UnifiedAudit) {
    # The search lives in the service; its id is kept, so that a run that was interrupted waits for the same one.
    $name = "unified-audit-$(Format-Utc $begin 'yyyyMMddTHHmm')-$(Format-Utc $end 'yyyyMMddTHHmm')"
    $search = @(Get-ChildItem -LiteralPath $partial -Filter 'unified-audit-*.search' -File | Sort-Object Name)
    if ($search) {
        $name = $search[0].BaseName
        $id = [IO.File]::ReadAllText($search[0].FullName)
    }
    else {
        $query = ConvertTo-Json @{
            displayName = $name; filterStartDateTime = Format-Utc $begin; filterEndDateTime = Format-Utc $end
        }
        $answer = Invoke-MgGraphRequest -Method POST -Uri "$graph/security/auditLog/queries" -Body $query `
            -ContentType 'application/json'
        $id = $answer.id
        [IO.File]::WriteAllText((Join-Path $partial "$name.search"), $id)
        Write-Log "Unified Audit Log: search $id began"
    }
    while ($true) {
        $state = (Invoke-MgGraphRequest -Method GET -Uri "$graph/security/auditLog/queries/$id").status
        if ($state -notin 'notStarted', 'running') { break }
        Write-Log "Unified Audit Log: search $id is $state"
        Start-Sleep -Seconds 60
    }
    if ($state -eq 'succeeded') { Save-Export $name "$graph/security/auditLog/queries/$id/records" }
    Remove-Item -LiteralPath (Join-Path $partial "$name.search")
    if ($state -ne 'succeeded') {
        throw "The search of the Unified Audit Log ended as ${state}. Run the command again to search anew."
    }
}

Remove-Item -LiteralPath $partial -Recurse
$sums = foreach ($file in Get-ChildItem -LiteralPath $root -Recurse -File | Sort-Object FullName) {
    $name = (Split-Path $root -Leaf) + $file.FullName.Substring($root.Length).Replace('\', '/')
    "$((Get-FileHash -LiteralPath $file.FullName -Algorithm SHA256).Hash.ToLowerInvariant())  $name`n"
}
[IO.File]::WriteAllText("$root.sha256", -join $sums)
$sum = (Get-FileHash -LiteralPath "$root.sha256" -Algorithm SHA256).Hash.ToLowerInvariant()
Write-Log "done: $(@($sums).Count) files; their hashes are in $root.sha256, whose own SHA-256 is $sum"
