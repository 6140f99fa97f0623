package folder

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"time"

	"aead.dev/minisign"

	"tapaudit/ingest/regular"
)

// SignatureName is the file that minisign looks for beside manifest.json. The
// manifest hashes every other file, so this one signature covers the report.
const SignatureName = ManifestName + ".minisig"

// Sign signs the manifest that has been written, prehashed as minisign
// does it itself. The signature is the same whenever the manifest is: its
// comments have no other time than the manifest's own.
func Sign(f *Folder, key *minisign.PrivateKey, created time.Time) error {
	manifest, err := f.root.Open(ManifestName)
	if err != nil {
		return fmt.Errorf("report file: %w", err)
	}
	defer manifest.Close()
	message := minisign.NewReader(manifest)
	if _, err := io.Copy(io.Discard, message); err != nil {
		return fmt.Errorf("report file %s: %w", ManifestName, err)
	}
	trusted := "file:" + ManifestName + "\thashed"
	if !created.IsZero() {
		trusted = fmt.Sprintf("timestamp:%d\t%s", created.Unix(), trusted)
	}
	signature := message.SignWithComments(*key, trusted, fmt.Sprintf("signature by tapaudit with key %016X", key.ID()))
	return f.Create(SignatureName, func(w io.Writer) error {
		// minisign itself ends the file with a line feed.
		_, err := w.Write(append(bytes.TrimRight(signature, "\n"), '\n'))
		return err
	})
}

// SignatureCheck is what checking a report's signature came to.
type SignatureCheck struct {
	KeyID          string      // of the key it was checked with, as minisign prints it
	TrustedComment string      // signed with the manifest; "" unless the signature is good
	Bad            *Difference // nil when the signature is good
	manifestSHA256 string
}

// CheckSignature checks the minisign signature of the report folder dir, plain
// or prehashed, over the bytes of its manifest.json. A signature that is
// missing or wrong is no error but a Difference. Nothing of the manifest is
// looked at before; [Verify] goes on from there.
func CheckSignature(dir string, key minisign.PublicKey) (*SignatureCheck, error) {
	c := &SignatureCheck{KeyID: fmt.Sprintf("%016X", key.ID())}
	bad := func(what, detail string) (*SignatureCheck, error) {
		c.Bad = &Difference{what, SignatureName, detail}
		return c, nil
	}
	root, err := regular.OpenFolder(dir)
	if err != nil {
		return nil, fmt.Errorf("report folder: %w", err)
	}
	defer root.Close()
	manifest, err := regular.ReadPlain(root, ManifestName, mostManifestBytes)
	if err != nil {
		return bad("missing", "there is no "+ManifestName+" that it could sign: "+regular.Reason(err))
	}
	sum := sha256.Sum256(manifest)
	c.manifestSHA256 = hex.EncodeToString(sum[:])
	text, err := regular.ReadPlain(root, SignatureName, 1<<16)
	if errors.Is(err, fs.ErrNotExist) {
		return bad("missing", "the report is not signed")
	}
	if err != nil {
		return bad("changed", "cannot be read: "+regular.Reason(err))
	}
	var s minisign.Signature
	if err := s.UnmarshalText(text); err != nil {
		return bad("changed", "is no minisign signature: "+strings.TrimPrefix(err.Error(), "minisign: "))
	}
	if s.KeyID != key.ID() {
		return bad("changed", fmt.Sprintf("was made with the key %016X, not with %s", s.KeyID, c.KeyID))
	}
	if !minisign.Verify(key, manifest, text) {
		return bad("changed", "is not a signature of this "+ManifestName+" by the key "+c.KeyID)
	}
	c.TrustedComment = s.TrustedComment
	return c, nil
}

// Covers reports whether v was made from the very manifest that was checked.
func (c *SignatureCheck) Covers(v *Verification) bool { return c.manifestSHA256 == v.ManifestSHA256 }
