package io.postern.stack.load;

import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * A message on its way into the sink: its octets are looked at in pieces, and only its header is
 * kept until the message has been counted.
 */
final class Arrival {
  private static final int LONGEST_HEADER = 256 * 1024;
  private static final int EMPTY_LINE = 0x0d0a0d0a;
  private static final String FIELD = "\r\n" + Template.FIELD + ": ";

  private final ByteArrayOutputStream header = new ByteArrayOutputStream(2_048);
  private final CRC32C crc = new CRC32C();
  private boolean inHeader = true;
  private int newest; // four octets of the header
  private String run = "";
  private int number;
  private long octets;
  private long body;
  private long sentBody; // by its field, as is the next
  private long sentCrc;

  /** The next octets of the message, with the end of data perhaps. */
  void feed(ByteBuf in, int from, int to) {
    octets += to - from;
    int at = inHeader ? header(in, from, to) : from;
    if (at < to) {
      int counted = (int) Math.max(0, Math.min(to - at, sentBody - body)); // the dot is not
      crc.update(in.nioBuffer(at, counted));
      body += to - at;
    }
  }

  /** The index behind the header, as far as it is there. */
  private int header(ByteBuf in, int from, int to) {
    for (int i = from; i < to; i++) {
      byte octet = in.getByte(i);
      header.write(octet);
      newest = (newest << 8) | (octet & 0xff);
      if (newest == EMPTY_LINE || header.size() > LONGEST_HEADER) {
        inHeader = false;
        parse("\r\n" + header.toString(StandardCharsets.ISO_8859_1));
        return i + 1;
      }
    }
    return to;
  }

  private void parse(String text) {
    int at = text.indexOf(FIELD);
    if (at < 0) {
      return;
    }
    int begin = at + FIELD.length();
    String[] values = text.substring(begin, text.indexOf("\r\n", begin)).split(" ", -1);
    run = values[0];
    number = Integer.parseInt(values[1]);
    sentBody = Long.parseLong(values[2]);
    sentCrc = Long.parseLong(values[3], 16);
  }

  /**
   * All octets were fed.
   *
   * @param endOfData how many of them are no part of the message
   */
  void end(int endOfData) {
    octets -= endOfData;
    body -= endOfData;
  }

  /** Whether its body is the one that was sent. */
  boolean whole() {
    return body == sentBody && crc.getValue() == sentCrc;
  }

  /** Empty where no load has sent it. */
  String run() {
    return run;
  }

  int number() {
    return number;
  }

  long octets() {
    return octets;
  }
}
