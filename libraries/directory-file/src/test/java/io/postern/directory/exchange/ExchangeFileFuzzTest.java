package io.postern.directory.exchange;

import io.postern.fuzzing.FuzzTest;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Any octets are objects, each parameter with a word about it, or no such file with a cure. */
final class ExchangeFileFuzzTest extends FuzzTest {
  ExchangeFileFuzzTest() {
    super(
        "{\"Name\":\"a\",",
        "\"SenderDomains\":[\"smtp:*;1\"],",
        "\"RecipientDomains\":[\"*\"]",
        "\"ConnectorType\":\"OnPremises\"",
        "\"DomainName\":\"x.example\"",
        "\"SenderIPAddresses\":[\"1.2.3.4-1.2.3.9\"]",
        "[",
        "]",
        "{",
        "}",
        "\\u0000",
        "\ufeff",
        "\0");
  }

  @Override
  protected int inputs() {
    return 5_000;
  }

  @Override
  protected void take(byte[] input) {
    List<ExchangeObject> objects;
    try {
      objects = ExchangeFile.read(input);
    } catch (ExchangeFormatException e) {
      holds(String.valueOf(e.getMessage()).startsWith("the file"), "it says what is wrong");
      return;
    }
    ExchangeImport result =
        ExchangeImport.of("contoso", objects, Map.of("", "mailbox.example"), Set.of("x.example"));
    for (Finding finding : result.findings()) {
      holds(
          finding.taken() == Finding.Taken.TAKEN || !finding.remark().isEmpty(),
          "what is not taken has a word why");
      holds(finding.value().length() <= 503, "values are cut");
    }
  }
}
