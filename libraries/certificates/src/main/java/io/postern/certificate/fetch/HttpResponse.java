package io.postern.certificate.fetch;

import io.postern.certificate.fetch.FetchException.Kind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * A response's head (RFC 9112 §4, §5), at most {@value #MAX_HEAD} bytes, and its body by any of the
 * three framings of RFC 9112 §6.3. A response that does not fit these rules is refused.
 */
record HttpResponse(int status, Map<String, String> fields) {
  static final int MAX_HEAD = 16 * 1024;
  private static final int MAX_CHUNK_LINE = 256;
  private static final int PIECE = 16 * 1024;
  private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);

  static HttpResponse read(InputStream in) throws IOException, FetchException {
    int[] left = {MAX_HEAD};
    String first = line(in, left);
    if (!first.matches("HTTP/1\\.[01] [1-5][0-9][0-9]( .*)?")) {
      throw bad("no HTTP response");
    }
    Map<String, String> fields = new HashMap<>();
    while (true) {
      String line = line(in, left);
      if (line.isEmpty()) {
        return new HttpResponse(Integer.parseInt(first, 9, 12, 10), fields);
      }
      int colon = line.indexOf(':');
      if (colon < 1) {
        throw bad("a header field without a name");
      }
      fields.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
  }

  /** Whether its content is of this media type, with whatever parameters (RFC 9110 §8.3.1). */
  boolean isOf(String mediaType) {
    String type = fields.getOrDefault("content-type", "");
    int parameters = type.indexOf(';');
    return (parameters < 0 ? type : type.substring(0, parameters))
        .strip()
        .equalsIgnoreCase(mediaType);
  }

  boolean redirect() {
    return REDIRECTS.contains(status);
  }

  String location() throws FetchException {
    String location = fields.get("location");
    if (location == null) {
      throw new FetchException(Kind.HTTP, "a redirect to nowhere", status);
    }
    return location;
  }

  /** Copies the body; a body shorter than announced is refused. */
  void copyBody(InputStream in, OutputStream out, long maxBytes)
      throws IOException, FetchException {
    if (!fields.getOrDefault("content-encoding", "identity").equalsIgnoreCase("identity")) {
      throw bad("an encoded body, which was not requested");
    }
    String transfer = fields.get("transfer-encoding");
    String length = fields.get("content-length");
    if (transfer != null) {
      if (!transfer.equalsIgnoreCase("chunked")) {
        throw bad("an unknown transfer encoding");
      }
      copyChunks(in, out, maxBytes);
    } else if (length != null) {
      copy(in, out, number(length, 10, maxBytes));
    } else {
      copyToEnd(in, out, maxBytes);
    }
  }

  private static void copyToEnd(InputStream in, OutputStream out, long maxBytes)
      throws IOException, FetchException {
    byte[] piece = new byte[PIECE];
    long size = 0;
    int read;
    while ((read = in.read(piece)) >= 0) {
      size += read;
      if (size > maxBytes) {
        throw tooLarge();
      }
      out.write(piece, 0, read);
    }
  }

  // RFC 9112 §7.1; trailers are left unread, the connection closes.
  private static void copyChunks(InputStream in, OutputStream out, long maxBytes)
      throws IOException, FetchException {
    long left = maxBytes;
    while (true) {
      String line = line(in, new int[] {MAX_CHUNK_LINE});
      int extension = line.indexOf(';');
      long size = number((extension < 0 ? line : line.substring(0, extension)).strip(), 16, left);
      if (size == 0) {
        return;
      }
      copy(in, out, size);
      left -= size;
      if (!line(in, new int[] {MAX_CHUNK_LINE}).isEmpty()) {
        throw bad("a chunk without an end");
      }
    }
  }

  private static long number(String text, int radix, long max) throws FetchException {
    if (!text.matches("[0-9a-fA-F]{1,15}")) {
      throw bad("a length that is not a number");
    }
    try {
      long number = Long.parseLong(text, radix);
      if (number > max) {
        throw tooLarge();
      }
      return number;
    } catch (NumberFormatException e) {
      throw bad("a length that is not a number");
    }
  }

  private static void copy(InputStream in, OutputStream out, long size)
      throws IOException, FetchException {
    byte[] piece = new byte[PIECE];
    long left = size;
    while (left > 0) {
      int read = in.read(piece, 0, (int) Math.min(PIECE, left));
      if (read < 0) {
        throw ended("the body ends too early");
      }
      out.write(piece, 0, read);
      left -= read;
    }
  }

  private static String line(InputStream in, int[] left) throws IOException, FetchException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    while (true) {
      int octet = in.read();
      if (octet < 0) {
        throw ended("the response ends too early");
      }
      if (--left[0] < 0) {
        throw bad("a head or line that is too long");
      }
      if (octet == '\n') {
        String text = line.toString(StandardCharsets.ISO_8859_1);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
      }
      line.write(octet);
    }
  }

  private static FetchException bad(String what) {
    return new FetchException(Kind.HTTP, "the server's response is not usable: " + what);
  }

  private static FetchException ended(String what) {
    return new FetchException(Kind.DISCONNECTED, "the server ended the connection: " + what);
  }

  static FetchException tooLarge() {
    return new FetchException(
        Kind.TOO_LARGE, "the list is too large (see postern.revocation.max-bytes)");
  }
}
