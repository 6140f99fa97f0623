package evidence

// Member is a member of an object in a frame's text, three levels deep at most and in no array. The indexes are bytes of
// that text. A member stands before those inside it.
type Member struct {
	Key, KeyEnd int32 // its key, without the quotes
	At, End     int32 // its value
	Next        int32 // index of the member that follows it and those inside it
	KeyEscaped  bool  // the key has escapes
	Escaped     bool  // the value is a string that has some
}

const (
	tapeDepth  = 3     // how deep members are noted: a diagnostic record's properties have objects of their own
	maxMembers = 4_096 // of a record; what has more is read without a tape. Real ones have about a hundred
)

// tape notes where members lie while a value is scanned.
type tape struct {
	members []Member
	open    [tapeDepth + 1]int32 // of each depth, the member whose value is being scanned
	deepest int                  // that is still noted; 0 once there are too many
}

func (t *tape) begin() { t.members, t.deepest = t.members[:0], tapeDepth }

// key notes a member whose value begins at index at.
func (t *tape) key(depth, key, keyEnd, at int, escaped bool) {
	if len(t.members) == maxMembers {
		t.members, t.deepest = t.members[:0], 0
		return
	}
	t.open[depth] = int32(len(t.members))
	t.members = append(t.members,
		Member{Key: int32(key), KeyEnd: int32(keyEnd), At: int32(at), KeyEscaped: escaped})
}

// value notes where the value of the last key of that depth ends.
func (t *tape) value(depth, end int, escaped bool) {
	m := &t.members[t.open[depth]]
	m.End, m.Next, m.Escaped = int32(end), int32(len(t.members)), escaped
}
