package io.postern.certificate.revocation.crl;

import java.nio.ByteBuffer;

/**
 * A walk over DER in a buffer without copying it (X.690 §8.1, §10.1), for lists of a hundred
 * thousand entries in a small heap. Definite lengths, tags below 31; everything else is garbage.
 * One thread; the buffer's position is not touched.
 */
final class Der {
  static final int BOOLEAN = 0x01;
  static final int INTEGER = 0x02;
  static final int BIT_STRING = 0x03;
  static final int OCTET_STRING = 0x04;
  static final int OID = 0x06;
  static final int UTC_TIME = 0x17;
  static final int GENERALIZED_TIME = 0x18;
  static final int SEQUENCE = 0x30;

  private final ByteBuffer buffer;
  private final int limit;
  private int at;
  private int tag;
  private int start;
  private int content;
  private int end;

  Der(ByteBuffer buffer, int from, int to) {
    this.buffer = buffer;
    this.at = from;
    this.limit = to;
  }

  boolean hasNext() {
    return at < limit;
  }

  /** Tag of the next element; -1 at the end. */
  int peek() {
    return hasNext() ? buffer.get(at) & 0xff : -1;
  }

  /** Steps over the next element, which the getters then describe. */
  Der next() throws MalformedCrlException {
    start = at;
    tag = octet();
    if ((tag & 0x1f) == 0x1f) {
      throw new MalformedCrlException("a tag of more than one octet");
    }
    int length = length();
    content = at;
    if (length > limit - at) {
      throw new MalformedCrlException("an element is longer than its container");
    }
    end = at + length;
    at = end;
    return this;
  }

  Der next(int wanted) throws MalformedCrlException {
    next();
    if (tag != wanted) {
      throw new MalformedCrlException("tag " + tag + " where " + wanted + " belongs");
    }
    return this;
  }

  private int length() throws MalformedCrlException {
    int first = octet();
    if (first < 0x80) {
      return first;
    }
    int octets = first & 0x7f;
    if (octets == 0 || octets > 4) {
      throw new MalformedCrlException("a length that is not definite or too large");
    }
    long length = 0;
    for (int i = 0; i < octets; i++) {
      length = length << 8 | octet();
    }
    if (length > Integer.MAX_VALUE || length < 0x80) {
      throw new MalformedCrlException("a length that is too large or not minimal");
    }
    return (int) length;
  }

  private int octet() throws MalformedCrlException {
    if (at >= limit) {
      throw new MalformedCrlException("it ends too early");
    }
    return buffer.get(at++) & 0xff;
  }

  int tag() {
    return tag;
  }

  /** Where the element begins, its tag included. */
  int start() {
    return start;
  }

  int contentStart() {
    return content;
  }

  int end() {
    return end;
  }

  /** A walk over the element's content. */
  Der inside() {
    return new Der(buffer, content, end);
  }

  /** The element with its tag and length. */
  byte[] whole() {
    return copy(start);
  }

  byte[] bytes() {
    return copy(content);
  }

  private byte[] copy(int from) {
    byte[] copy = new byte[end - from];
    buffer.get(from, copy);
    return copy;
  }

  /** The content, equal to another buffer when its octets are; not copied. */
  ByteBuffer content() {
    return buffer.slice(content, end - content);
  }

  boolean contentEquals(byte[] other) {
    if (end - content != other.length) {
      return false;
    }
    // From the end: serial numbers of one CA often begin alike.
    for (int i = other.length - 1; i >= 0; i--) {
      if (buffer.get(content + i) != other[i]) {
        return false;
      }
    }
    return true;
  }
}
