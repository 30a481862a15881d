package io.postern.dns.dane;

import io.postern.fuzzing.FuzzTest;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * A TLSA record of any data is usable or not, and never authenticates a chain that it does not
 * name. The input's first three octets are usage, selector and matching type.
 */
final class TlsaFuzzTest extends FuzzTest {
  private static final Instant AT = Instant.parse("2027-01-01T00:00:00Z");

  @Override
  protected void take(byte[] input) {
    byte[] fields = Arrays.copyOf(input, 3);
    byte[] data = Arrays.copyOfRange(input, Math.min(3, input.length), input.length);
    Tlsa record =
        new Tlsa(
            fields[0] & 0xff, fields[1] & 0xff, fields[2] & 0xff, HexFormat.of().formatHex(data));
    TlsaSet set =
        new TlsaSet("mail.partner.example", List.of(record), List.of("mail.partner.example"));
    boolean usable = record.usable();
    same(usable, !set.usable().isEmpty(), "a usable record is one of its set");
    DaneMatch.Result result = DaneMatch.of(List.of(data, data), set, AT);
    if (result.match() != null) {
      holds(usable, "an unusable record authenticates nobody");
      holds(record.matchingType() == Tlsa.FULL, "no data is its own digest");
    } else {
      holds(result.fault() != null && !result.detail().isEmpty(), "there is a reason for no match");
    }
  }
}
