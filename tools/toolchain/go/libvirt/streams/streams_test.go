// Package streams proves how the libvirt client takes the packets of a stream, in orders in which libvirtd sends them only
// rarely. The peer is made: what it sends is laid down, packet by packet. Not proved: that libvirtd sends nothing else.
package streams

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/digitalocean/go-libvirt"
	"github.com/digitalocean/go-libvirt/socket"
)

// Number of virStorageVolDownload in libvirt's remote protocol.
const download = 209

// The patience with one call, which takes microseconds.
const patience = 5 * time.Second

// Time for the other side to do all that it can with what it has got.
const pause = 100 * time.Millisecond

// Each download's packets in the order of sending: `reply` to the call, `end` of the stream, anything else is data. All are
// sent at once, but for what comes after `pause`.
var downloads = []struct{ name, packets, want string }{
	{"all in order", "reply one two end", "onetwo"},
	{"data before the reply", "one reply two end", "onetwo"},
	{"data before the reply, the rest later", "one reply pause two end", "onetwo"},
	{"all data before the reply", "one two reply end", "onetwo"},
	{"the whole stream before the reply", "one two end reply", "onetwo"},
	{"no data", "reply end", ""},
	{"no data, its end before the reply", "end reply", ""},
}

func TestDownload(t *testing.T) {
	for _, c := range downloads {
		t.Run(c.name, func(t *testing.T) {
			client := connect(t, c.packets)
			var got bytes.Buffer
			if err := get(t, client, &got); err != nil {
				t.Error(err)
			}
			if got.String() != c.want {
				t.Errorf("got %q instead of %q", got.String(), c.want)
			}
			answers(t, client)
		})
	}
}

// A caller that gives up must not take the connection with it.
func TestPacketsAfterTheCallerHasGivenUp(t *testing.T) {
	client := connect(t, "reply one two three end")
	if err := get(t, client, fullDisk{}); !errors.Is(err, errFull) {
		t.Errorf("got error %v instead of %v", err, errFull)
	}
	answers(t, client)
}

var errFull = errors.New("disk full")

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) {
	time.Sleep(pause)
	return 0, errFull
}

func get(t *testing.T, client *libvirt.Libvirt, to io.Writer) error {
	return within(t, "the download", func() error {
		return client.StorageVolDownload(libvirt.StorageVol{}, to, 0, 0, 0)
	})
}

func answers(t *testing.T, client *libvirt.Libvirt) {
	if err := within(t, "the call after the download", func() error {
		_, err := client.ConnectGetLibVersion()
		return err
	}); err != nil {
		t.Error(err)
	}
}

func within(t *testing.T, what string, call func() error) error {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- call() }()
	select {
	case err := <-done:
		return err
	case <-time.After(patience):
		t.Fatalf("%s has not ended within %s", what, patience)
		return nil
	}
}

type dialer struct{ net.Conn }

func (d dialer) Dial() (net.Conn, error) { return d.Conn, nil }

func connect(t *testing.T, packets string) *libvirt.Libvirt {
	ours, theirs := net.Pipe()
	t.Cleanup(func() { ours.Close(); theirs.Close() })
	go serve(theirs, strings.Fields(packets))
	client := libvirt.NewWithDialer(dialer{ours})
	if err := within(t, "connecting", client.Connect); err != nil {
		t.Fatal(err)
	}
	return client
}

// serve answers a download with the packets, and any other call with zeros: no authentication, version 0.
func serve(conn net.Conn, packets []string) {
	for {
		var length uint32
		var call socket.Header
		if binary.Read(conn, binary.BigEndian, &length) != nil || binary.Read(conn, binary.BigEndian, &call) != nil {
			return
		}
		if _, err := io.CopyN(io.Discard, conn, int64(length)-4-int64(binary.Size(call))); err != nil {
			return
		}
		var answer bytes.Buffer
		if call.Procedure != download {
			put(&answer, call, socket.Reply, socket.StatusOK, make([]byte, 8))
		} else {
			for _, packet := range packets {
				switch packet {
				case "pause":
					if _, err := answer.WriteTo(conn); err != nil {
						return
					}
					time.Sleep(pause)
				case "reply":
					put(&answer, call, socket.Reply, socket.StatusOK, nil)
				case "end":
					put(&answer, call, socket.Stream, socket.StatusContinue, nil)
				default:
					put(&answer, call, socket.Stream, socket.StatusContinue, []byte(packet))
				}
			}
		}
		if _, err := answer.WriteTo(conn); err != nil {
			return
		}
	}
}

func put(to *bytes.Buffer, header socket.Header, kind, status uint32, payload []byte) {
	header.Type, header.Status = kind, status
	binary.Write(to, binary.BigEndian, uint32(4+binary.Size(header)+len(payload)))
	binary.Write(to, binary.BigEndian, header)
	to.Write(payload)
}
