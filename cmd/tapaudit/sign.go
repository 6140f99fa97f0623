package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"strings"

	"aead.dev/minisign"
	"github.com/spf13/pflag"
	"golang.org/x/term"

	"tapaudit/ingest/regular"
	"tapaudit/ingest/safetext"
)

// largestKey bounds a file of a key or a password, in bytes; minisign's own have a few hundred.
const largestKey = 1 << 20

// signFlags say with which key a report is signed. The password comes from the terminal or from a file: arguments and
// the environment are visible to others.
type signFlags struct{ key, passwordFile string }

func (f *signFlags) add(flags *pflag.FlagSet) {
	flags.StringVar(&f.key, "sign", "", "sign manifest.json with this secret key of minisign")
	flags.StringVar(&f.passwordFile, "sign-password-file", "",
		"file with the password of the secret key (default: asked on the terminal)")
}

// read gives the key, and asks for its password where it has one; nil without --sign.
func (f *signFlags) read(ctx context.Context, io streams) (*minisign.PrivateKey, error) {
	if f.key == "" {
		if f.passwordFile != "" {
			return nil, usagef("--sign-password-file is the password of a key: name the key with --sign")
		}
		return nil, nil
	}
	text, err := regular.Read(f.key, largestKey)
	if err != nil {
		return nil, usagef("--sign: %w; 'minisign -G' makes a key", err)
	}
	var key minisign.PrivateKey
	if key.UnmarshalText(text) == nil {
		return &key, nil // one without a password (minisign -G -W)
	}
	if !minisign.IsEncrypted(text) {
		return nil, usagef("--sign: %q is not a secret key of minisign; 'minisign -G' makes one", f.key)
	}
	password, err := f.password(ctx, io)
	if err != nil {
		return nil, err
	}
	if key, err = minisign.DecryptKey(password, text); err != nil {
		return nil, usagef("--sign: the password does not open the key %q; give the right one", f.key)
	}
	return &key, nil
}

func (f *signFlags) password(ctx context.Context, io streams) (string, error) {
	if f.passwordFile != "" {
		text, err := regular.Read(f.passwordFile, largestKey)
		if err != nil {
			return "", usagef("--sign-password-file: %w", err)
		}
		first, _, _ := strings.Cut(string(text), "\n")
		return strings.TrimSuffix(first, "\r"), nil
	}
	// Standard input may be evidence, so the terminal itself is asked.
	device := "/dev/tty"
	if runtime.GOOS == "windows" {
		device = "CONIN$"
	}
	terminal, err := os.OpenFile(device, os.O_RDWR, 0)
	if err != nil {
		return "", usagef("--sign: the key has a password, and there is no terminal to ask for it; name a file that holds it with --sign-password-file")
	}
	defer terminal.Close()
	descriptor := int(terminal.Fd())
	before, err := term.GetState(descriptor)
	if err != nil {
		return "", usagef("--sign: the key's password cannot be asked for: %w; name a file that holds it with --sign-password-file", err)
	}
	fmt.Fprintf(io.err, "Password of %s: ", safetext.Line(f.key))
	type answer struct {
		password []byte
		err      error
	}
	answered := make(chan answer, 1)
	go func() {
		password, err := term.ReadPassword(descriptor)
		answered <- answer{password, err}
	}()
	select {
	case <-ctx.Done():
		fmt.Fprintln(io.err)
		return "", errors.Join(ctx.Err(), term.Restore(descriptor, before))
	case a := <-answered:
		fmt.Fprintln(io.err)
		if a.err != nil {
			return "", usagef("--sign: the key's password could not be read: %w", a.err)
		}
		return string(a.password), nil
	}
}

// readPublicKey takes a key of minisign, or the file that holds one.
func readPublicKey(argument string) (key minisign.PublicKey, err error) {
	text, err := regular.Read(argument, largestKey)
	switch {
	case err == nil && key.UnmarshalText(text) != nil:
		return key, usagef("--public-key: the file %q holds no public key of minisign; minisign keeps one in minisign.pub", argument)
	case err == nil, key.UnmarshalText([]byte(argument)) == nil:
		return key, nil
	case errors.Is(err, fs.ErrNotExist):
		return key, usagef("--public-key: %q is neither a file nor a public key of minisign; name the file, as minisign.pub", argument)
	}
	return key, usagef("--public-key: %w", err)
}
