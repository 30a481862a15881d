package io.postern.smtp;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Exchange's header firewall over a message that streams by (docs/reference/message-changes.md):
 * the header fields by which the servers of one organization tell each other how far they trust a
 * message. Fields named {@code X-MS-Exchange-Organization-*}, {@code -CrossPremises-*} and {@code
 * -Forest-*} are removed or renamed, with their folded lines (RFC 5322 §2.2.3). All other octets go
 * through as they are, in their order, the body always.
 *
 * <p>A remote server that reads the header more liberally than we do must find no field that we
 * have missed. So a field begins behind each CR or LF, its name counts without regard to case and
 * whether or not a colon follows on its line, and the header ends with the first CRLF CRLF alone:
 * lines that are no fields, such as {@code From }, do not end it. The CRLF CRLF stays whole where a
 * removed field, which stood behind a bare CR or LF, had a part in it: else the body would begin in
 * the header.
 *
 * <p>Owner: one thread. Memory: 44 octets, however long the lines and the header are. A message
 * without such fields costs a look at the first octets of each header line and no copy.
 */
public final class HeaderFirewall {
  /** The treatment of the fields. */
  public enum Mode {
    /** All are removed. */
    REMOVE,
    /** CrossPremises fields become Organization fields, which replace those that came. */
    TO_ORGANIZATION,
    /** Organization fields become CrossPremises fields, which replace those that came. */
    TO_CROSS_PREMISES
  }

  /** The taker of what goes on. A buffer has an array and is valid during the call. */
  @FunctionalInterface
  public interface Sink<E extends Exception> {
    void take(ByteBuffer octets) throws E;
  }

  /** The beginning of the names that one organization's servers trust. */
  public static final String ORGANIZATION = "X-MS-Exchange-Organization-";

  static final String CROSS_PREMISES = "X-MS-Exchange-CrossPremises-";
  static final String FOREST = "X-MS-Exchange-Forest-";
  private static final byte[] LINE_END = {'\r', '\n'};
  private static final int CRLF = 0x0d0a;
  private static final int CRLF_CRLF = 0x0d0a0d0a;
  private static final int COMMON = "X-MS-Exchange-".length();
  private static final byte[] LOWER_ORGANIZATION = lower(ORGANIZATION);
  private static final byte[] LOWER_CROSS_PREMISES = lower(CROSS_PREMISES);
  private static final byte[] LOWER_FOREST = lower(FOREST);
  private static final byte[] LOWER_ORIGINAL = lower(SourceStamps.ORIGINAL);
  private static final byte[] LOWER_SKIP_LISTED = lower(SourceStamps.SKIP_LISTED);

  private enum State {
    /** Behind a line's end. */
    START,
    /** In the octets of a name that may be one of ours. */
    NAME,
    /** In a line of which nothing more is to be known. */
    LINE,
    /** Behind CR at a line's end. */
    CR
  }

  private final Mode mode;
  private final boolean stamps;
  private final byte[] held = new byte[LOWER_ORIGINAL.length]; // of a name that buffers cut
  private State state = State.START;
  private boolean header = true;
  private boolean dropping; // a field that is removed
  private boolean counting; // a field that was renamed
  private byte[] name = LOWER_ORGANIZATION; // the one that may be coming
  private int matched; // octets of it
  private int heldCount;
  private int end = 2; // octets of CRLF CRLF that came last; a message begins as behind a CRLF
  private int tail = CRLF; // the last four octets of the header that were handed on
  private long removed;
  private long renamed;
  private long renamedBytes;

  public HeaderFirewall(Mode mode) {
    this(mode, false);
  }

  /**
   * @param stamps fields named as {@link SourceStamps} are removed too: of a client they are forged
   */
  public HeaderFirewall(Mode mode, boolean stamps) {
    this.mode = mode;
    this.stamps = stamps;
  }

  /** Fields that were removed so far. */
  public long removed() {
    return removed;
  }

  /** Fields that were renamed so far. */
  public long renamed() {
    return renamed;
  }

  /** Octets of the renamed fields as they went on, line ends included. */
  public long renamedBytes() {
    return renamedBytes;
  }

  /** Takes all of the buffer, which has an array; hands it on in pieces, or itself. */
  public <E extends Exception> void pass(ByteBuffer in, Sink<E> out) throws E {
    if (!header) {
      out.take(in);
      return;
    }
    byte[] bytes = in.array();
    int to = in.arrayOffset() + in.limit();
    int begin = in.arrayOffset() + in.position();
    int start = begin; // first octet that was not handed on
    int counted = begin; // first octet of a renamed field that was not counted
    int i = begin;
    while (i < to && header) {
      byte octet = bytes[i];
      switch (state) {
        case START -> {
          boolean folded = octet == ' ' || octet == '\t';
          if (!folded) {
            renamedBytes += counting ? i - counted : 0;
            counting = false;
            start = dropping ? i : start;
            dropping = false;
          }
          if (octet == '\r' || octet == '\n') {
            i++;
            lineEnd(octet);
          } else {
            end = 0;
            matched = 0;
            state = !folded && (octet == 'X' || octet == 'x') ? State.NAME : State.LINE;
          }
        }
        case NAME -> {
          if (!matches(octet)) {
            if (heldCount > 0) {
              take(releaseHeld(), out);
            }
            state = State.LINE;
          } else {
            i++;
            matched++;
            if (matched == name.length) {
              int first = Math.max(begin, i - matched); // in this buffer; the rest is held
              handOn(in, begin, start, first, out);
              heldCount = 0;
              byte[] instead = renaming();
              if (instead.length > 0) {
                take(ByteBuffer.wrap(instead), out);
                renamed++;
                renamedBytes += instead.length;
                counting = true;
                counted = i;
              } else {
                removed++;
                dropping = true;
              }
              start = i;
              state = State.LINE;
            }
          }
        }
        case LINE -> {
          i = LineEnds.find(bytes, i, to);
          if (i < to) {
            lineEnd(bytes[i]);
            i++;
          }
        }
        case CR -> {
          if (octet == '\r' || octet == '\n') {
            i++;
            lineEnd(octet);
          } else {
            state = State.START;
          }
        }
      }
    }
    if (counting) {
      renamedBytes += to - counted;
    }
    if (!header && removed > 0) {
      handOn(in, begin, start, i, out);
      start = i;
      if (tail != CRLF_CRLF) {
        out.take(ByteBuffer.wrap(LINE_END.clone()));
      }
    }
    if (state == State.NAME) {
      hold(bytes, Math.max(begin, to - matched), to);
      to = Math.max(begin, to - matched);
    }
    if (!dropping) {
      handOn(in, begin, start, to, out);
    }
    in.position(in.limit());
  }

  /** Hands on what was held back at the message's end. */
  public <E extends Exception> void finish(Sink<E> out) throws E {
    if (heldCount > 0) {
      out.take(releaseHeld());
    }
  }

  private void lineEnd(byte octet) {
    if (octet == '\r') {
      end = end == 2 ? 3 : 1;
      state = State.CR;
    } else {
      end = end == 1 || end == 3 ? end + 1 : 0;
      state = State.START;
      header = end != 4;
    }
  }

  private boolean matches(byte octet) {
    if (matched == COMMON) {
      name =
          switch (octet) {
            case 'C', 'c' -> LOWER_CROSS_PREMISES;
            case 'F', 'f' -> LOWER_FOREST;
            case 'E', 'e' -> stamps ? LOWER_ORIGINAL : LOWER_ORGANIZATION;
            case 'S', 's' -> stamps ? LOWER_SKIP_LISTED : LOWER_ORGANIZATION;
            default -> LOWER_ORGANIZATION;
          };
    }
    byte expected = name[matched];
    return octet == expected || expected != '-' && (octet | 0x20) == expected;
  }

  /** The name that the recognized one becomes; empty: the field is removed. */
  private byte[] renaming() {
    if (mode == Mode.TO_ORGANIZATION && name == LOWER_CROSS_PREMISES) {
      return ORGANIZATION.getBytes(StandardCharsets.US_ASCII);
    }
    if (mode == Mode.TO_CROSS_PREMISES && name == LOWER_ORGANIZATION) {
      return CROSS_PREMISES.getBytes(StandardCharsets.US_ASCII);
    }
    return new byte[0];
  }

  private void hold(byte[] bytes, int from, int to) {
    System.arraycopy(bytes, from, held, heldCount, to - from);
    heldCount += to - from;
  }

  private ByteBuffer releaseHeld() {
    ByteBuffer released = ByteBuffer.wrap(Arrays.copyOf(held, heldCount));
    heldCount = 0;
    return released;
  }

  private <E extends Exception> void handOn(ByteBuffer in, int begin, int from, int to, Sink<E> out)
      throws E {
    if (to > from) {
      boolean whole = from == begin && to == in.arrayOffset() + in.limit();
      take(whole ? in : in.slice(from - in.arrayOffset(), to - from), out);
    }
  }

  private <E extends Exception> void take(ByteBuffer octets, Sink<E> out) throws E {
    for (int i = Math.max(octets.position(), octets.limit() - 4); i < octets.limit(); i++) {
      tail = tail << 8 | octets.get(i) & 0xff;
    }
    out.take(octets);
  }

  private static byte[] lower(String name) {
    byte[] lower = name.getBytes(StandardCharsets.US_ASCII);
    for (int i = 0; i < lower.length; i++) {
      lower[i] = lower[i] >= 'A' && lower[i] <= 'Z' ? (byte) (lower[i] | 0x20) : lower[i];
    }
    return lower;
  }
}
