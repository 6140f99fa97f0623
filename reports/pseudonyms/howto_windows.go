package pseudonyms

// PowerShell's > would make text of it.
const howToKey = "make one with PowerShell: $k = New-Object byte[] 32; " +
	"[Security.Cryptography.RandomNumberGenerator]::Create().GetBytes($k); [IO.File]::WriteAllBytes(\"$PWD\\pseudonyms.key\", $k)"
