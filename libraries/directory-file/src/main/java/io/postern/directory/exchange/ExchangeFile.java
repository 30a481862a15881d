package io.postern.directory.exchange;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Reader of a file of {@code Get-InboundConnector}, {@code Get-OutboundConnector} and {@code
 * Get-AcceptedDomain}, also mixed, by {@code ConvertTo-Json -Depth 5}; UTF-8, or UTF-16 with a byte
 * order mark, as PowerShell writes. Strangers' input: at most {@value #MOST_BYTES} bytes and
 * {@value #MOST_OBJECTS} objects. Pure; any thread.
 */
public final class ExchangeFile {
  public static final int MOST_BYTES = 4 << 20;
  static final int MOST_OBJECTS = 20_000;
  static final int MOST_DEPTH = 50;

  private ExchangeFile() {}

  /**
   * The objects, in the file's order.
   *
   * @throws ExchangeFormatException it is no such file
   */
  public static List<ExchangeObject> read(byte[] file) throws ExchangeFormatException {
    if (file.length > MOST_BYTES) {
      throw new ExchangeFormatException("the file has more than 4 MB: export fewer objects");
    }
    String text = decoded(file).strip();
    if (text.isEmpty()) {
      throw new ExchangeFormatException("the file is empty");
    }
    return JsonFile.read(text);
  }

  private static String decoded(byte[] file) throws ExchangeFormatException {
    String bytes = new String(file, 0, Math.min(3, file.length), StandardCharsets.ISO_8859_1);
    boolean little = bytes.startsWith("\u00ff\u00fe");
    boolean big = bytes.startsWith("\u00fe\u00ff");
    int mark = little || big ? 2 : bytes.equals("\u00ef\u00bb\u00bf") ? 3 : 0;
    Charset charset =
        little
            ? StandardCharsets.UTF_16LE
            : big ? StandardCharsets.UTF_16BE : StandardCharsets.UTF_8;
    try {
      ByteBuffer text = ByteBuffer.wrap(file, mark, file.length - mark);
      return charset.newDecoder().decode(text).toString();
    } catch (CharacterCodingException e) {
      throw new ExchangeFormatException(
          "the file is not UTF-8 or UTF-16 with a byte order mark: write it with Out-File "
              + "-Encoding utf8");
    }
  }
}
