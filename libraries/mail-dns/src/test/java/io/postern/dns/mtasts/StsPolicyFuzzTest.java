package io.postern.dns.mtasts;

import io.postern.fuzzing.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A policy is refused with its field, or it is the same policy when it is served. */
final class StsPolicyFuzzTest extends FuzzTest {
  StsPolicyFuzzTest() {
    super(
        "version: STSv1\n",
        "mode: enforce\n",
        "mode: none\n",
        "mx: ",
        "*.",
        "a.example\n",
        "max_age: ",
        "31557600",
        ":",
        "\r\n",
        "\n",
        "\r",
        " ",
        "\t",
        ".",
        "ü",
        "\u0130",
        "\0");
  }

  @Override
  protected void take(byte[] input) {
    StsPolicy policy;
    try {
      policy = StsPolicy.parse(input);
    } catch (IllegalArgumentException refused) {
      holds(!String.valueOf(refused.getMessage()).isEmpty(), "a refusal has a reason");
      return;
    }
    byte[] text = policy.text().getBytes(StandardCharsets.US_ASCII);
    same(policy, StsPolicy.parse(text), "the policy as it is served");
    for (String host : policy.hosts()) {
      holds(policy.names(host.replace("*.", "mail.")), "the policy names " + host);
      StsPolicy alone = new StsPolicy(policy.mode(), List.of(host), policy.maxAge());
      holds(!alone.names("other." + host.replace("*.", "a.")), "and no host below it: " + host);
    }
  }
}
