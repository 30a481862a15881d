package io.postern.directory.exchange;

import io.postern.fuzzing.FuzzTest;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Any octets are objects, each parameter with a word about it, or no such file with a cure. */
final class ExchangeFileFuzzTest extends FuzzTest {
  private static final int LONG = 65_000;
  private static final long MOST_MILLIS = 2_000;
  private static final List<String> PIECES =
      List.of("<I><S>", "CN=", ":", "[", "1.", "1-", ",", ";", "{", "*.", "/1", "@", " ", "a");

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
  protected int longInputs() {
    return 300;
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

  /** Of each parameter that a kept file has, as the only one that is long. */
  @Test
  void no_long_value_of_a_parameter_takes_long() throws Exception {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    for (byte[] kept : corpus().values()) {
      for (ExchangeObject object : ExchangeFile.read(kept)) {
        for (String parameter : object.parameters().keySet()) {
          for (String piece : PIECES) {
            Map<String, Object> changed = new HashMap<>(object.parameters());
            changed.put(parameter, piece.repeat(LONG / piece.length()) + "x");
            long begin = threads.getCurrentThreadCpuTime();
            ExchangeImport.of(
                "contoso",
                List.of(new ExchangeObject(object.kind(), changed)),
                Map.of("", "mailbox.example"),
                Set.of());
            long millis = (threads.getCurrentThreadCpuTime() - begin) / 1_000_000;
            holds(millis < MOST_MILLIS, parameter + " of " + piece + " took " + millis + " ms");
          }
        }
      }
    }
  }
}
