package io.postern.console.web.partners;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import org.jboss.resteasy.reactive.multipart.FileUpload;
import org.jspecify.annotations.Nullable;

/** The text of a form that takes a file, or what is pasted instead. Stateless. */
final class UploadedText {
  private static final long MOST_BYTES = 4 << 20; // as policy-service takes
  private static final int OCTET = 0xff;
  private static final int BYTE_ORDER_MARK = 0xff + 0xfe; // of either order
  private static final Charset WINDOWS = Charset.forName("windows-1252");

  private UploadedText() {}

  static boolean isTooLarge(@Nullable FileUpload file) {
    return file != null && file.size() > MOST_BYTES;
  }

  /**
   * @param file null or empty: none was chosen
   * @param pasted whose lines a browser ends with CR LF
   */
  static String of(@Nullable FileUpload file, String pasted) {
    if (file == null || file.size() == 0) {
      return pasted.replace("\r\n", "\n");
    }
    try {
      return decoded(Files.readAllBytes(file.uploadedFile()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * PowerShell writes UTF-16 with a byte order mark by itself, and editors of Windows the code page
   * of Western Europe, whose umlauts are no UTF-8.
   */
  static String decoded(byte[] bytes) {
    if (bytes.length > 1 && (bytes[0] & OCTET) + (bytes[1] & OCTET) == BYTE_ORDER_MARK) {
      return new String(bytes, StandardCharsets.UTF_16);
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      return new String(bytes, WINDOWS);
    }
  }
}
