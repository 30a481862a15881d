package io.postern.delivery.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.delivery.relay.RelayLab;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 6532 §3: UTF-8 in header fields is never missed, in the body it needs nothing. */
class Utf8HeaderTest {
  private static boolean found(String content) throws Exception {
    byte[] bytes = content.replace("|", "\r\n").getBytes(StandardCharsets.UTF_8);
    List<byte[]> octets = new ArrayList<>();
    for (int i = 0; i < bytes.length; i++) {
      octets.add(Arrays.copyOfRange(bytes, i, i + 1));
    }
    boolean whole = Utf8Header.in(RelayLab.stream(List.of(bytes), null));
    assertThat(Utf8Header.in(RelayLab.stream(octets, null))).isEqualTo(whole);
    return whole;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Subject: grün||body",
        "From: a|X: y|Subject: x| grün folded||",
        "Subject: grün",
        "ü",
        "A: b||preamble|--x|Content-Disposition: attachment; filename=grün||part",
        "A: b|||--x|C: d||part|--x|C: grün||part",
        "A: b||--x \t|C: grün||part",
        "A: b||--x --|C: grün||part",
        "A: b||--- |C: grün||part",
        "Content-Type: message/rfc822||Subject: grün||body",
        "CONTENT-TYPE:|\tMessage/Global||Subject: grün||body",
        "Content-Type: mmessage/rfc822||Subject: grün||body",
        "A: b||--x|Content-Type: message/rfc822||Subject: grün||body",
        "A: b||--x|Content-Type: message/rfc822||B: message/rfc822||C: grün||body",
      })
  void itIsFoundInEachHeader(String content) throws Exception {
    assertThat(found(content)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Subject: x",
        "Subject: x||grün",
        "Subject: x||text|-- |Mit freundlichen Grüßen",
        "Subject: x||text|--|Mit freundlichen Grüßen",
        "Subject: x||text|- -x|grün",
        "Subject: x||text|--grün|grün",
        "Subject: x||text| --x|grün",
        "Subject: message|  /rfc822||grün",
        "A: b||--x|C: d||grün|--x--|",
        "A: b||--x|Content-Type: message/rfc822||Subject: x||grün",
      })
  void aBodyNeedsNothing(String content) throws Exception {
    assertThat(found(content)).isFalse();
  }
}
