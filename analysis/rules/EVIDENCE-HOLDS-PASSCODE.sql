---
id: EVIDENCE-HOLDS-PASSCODE
title: A file of evidence contains the passcode of a Temporary Access Pass
severity: high
group: evidence
population: files
needs: []
condition: >-
  a passcode value sits in the evidence [file]. The value is never stored or shown
why: >-
  Anybody who can read the file could sign in with the passcode while the pass is valid. The value is neither stored
  nor shown here, but it is in the file and in its copies.
how_to_verify: >-
  See the file and the place that the finding names, and whether the pass is still valid: createdDateTime,
  startDateTime and lifetimeInMinutes. Microsoft Graph gives the passcode only when a pass is created, so ask which
  script or person saved that answer and who has copies.
how_to_fix: >-
  If the pass is still valid, delete it (DELETE /users/{id}/authentication/temporaryAccessPassMethods/{pass-id}) and
  issue a new one if needed. Restrict access to the file and its copies, keep the original only as far as the
  investigation needs it, and change the script so that it does not save temporaryAccessPass.
fix: []
references:
  - https://learn.microsoft.com/en-us/graph/api/authentication-post-temporaryaccesspassmethods
  - https://learn.microsoft.com/en-us/graph/api/temporaryaccesspassauthenticationmethod-delete
  - https://learn.microsoft.com/en-us/entra/identity/authentication/howto-authentication-temporary-access-pass
  - https://pages.nist.gov/800-63-4/sp800-63b.html
  - https://attack.mitre.org/techniques/T1078/004/
techniques: [T1078.004]
controls: [ISO27001:A.5.17, NIST-800-53:IA-5, NIST-800-63B]
---
SELECT
    coalesce(t.tenant_id, 'unknown') AS tenant_id, 'file' AS subject_type, s.sha256 AS subject_id,
        s.path AS subject_name,
    counted(s.holds_passcode, 'record of the file holds', 'records of the file hold') || ' the value of a passcode; '
        || 'tapaudit has masked it and stored none' AS summary,
    ['f:' || s.source_id || ':1'] AS supporting, $period_from AS first_seen
FROM source AS s LEFT JOIN file_tenants AS t ON t.source_id = s.source_id
WHERE s.holds_passcode > 0
QUALIFY row_number() OVER (PARTITION BY s.sha256 ORDER BY s.path) = 1
ORDER BY s.path
