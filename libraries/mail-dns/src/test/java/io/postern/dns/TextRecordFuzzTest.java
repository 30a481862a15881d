package io.postern.dns;

import io.postern.dns.mtasts.StsRecord;
import io.postern.dns.tlsrpt.TlsRptRecord;
import io.postern.fuzzing.FuzzTest;
import java.nio.charset.StandardCharsets;

/** TXT records of MTA-STS and TLS-RPT: malformed, or the same record when it is published. */
final class TextRecordFuzzTest extends FuzzTest {
  TextRecordFuzzTest() {
    super(
        "v=STSv1",
        "v=TLSRPTv1",
        ";",
        "; ",
        "id=",
        "rua=",
        "mailto:",
        "https://",
        ",",
        " ,",
        "!",
        "%2C",
        "%21",
        "=",
        "a@b.example",
        " ",
        "\t",
        "[",
        "]",
        "\\",
        "\u00e4",
        "\0");
  }

  @Override
  protected void take(byte[] input) {
    String text = new String(input, StandardCharsets.ISO_8859_1); // as TextFields.text
    try {
      StsRecord record = StsRecord.parse(text);
      same(record, StsRecord.parse(record.text()), "the record of MTA-STS");
    } catch (IllegalArgumentException malformed) {
      holds(!String.valueOf(malformed.getMessage()).isEmpty(), "there is a reason");
    }
    try {
      TlsRptRecord record = TlsRptRecord.parse(text);
      holds(!record.reportTo().isEmpty(), "a record has an address");
      same(record, TlsRptRecord.parse(record.text()), "the record of TLS-RPT");
    } catch (IllegalArgumentException malformed) {
      holds(!String.valueOf(malformed.getMessage()).isEmpty(), "there is a reason");
    }
  }
}
