package io.postern.policy.recipients;

import io.postern.api.Problem;
import io.postern.contracts.RecipientKeys;
import io.postern.contracts.v1.RecipientShard;
import io.postern.fuzzing.FuzzTest;
import io.postern.rules.recipients.LocalParts;
import java.io.IOException;

/** A list of recipients is problems with a line and a cure, or addresses each in its shard. */
final class RecipientFileFuzzTest extends FuzzTest {
  RecipientFileFuzzTest() {
    super(
        "anna",
        "@contoso.com",
        ",cloud",
        ",onPremises",
        ",",
        "\"",
        "\"\"",
        "SMTP:",
        "SIP:",
        "#TYPE",
        "PrimarySmtpAddress",
        "\r\n",
        "\n",
        "\r",
        "\\",
        " ",
        "\t",
        "ü",
        "U\u0308",
        "\u0130",
        "\ufeff",
        "\0",
        ";");
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
  protected void take(byte[] input) throws IOException {
    RecipientFile file = RecipientFileTest.read(input);
    for (Problem.Fault problem : file.problems()) {
      holds(
          !problem.cure().isEmpty() && (problem.line() == null || problem.line() > 0),
          "a problem has a cure: " + problem);
    }
    holds(file.addresses() > 0 || !file.problems().isEmpty(), "an empty list is a problem");
    int addresses = 0;
    for (int number = 0; number < RecipientKeys.SHARDS; number++) {
      RecipientShard shard = file.shard(number);
      addresses += shard.getLocalPartsCount();
      for (String localPart : shard.getLocalPartsList()) {
        same(number, RecipientKeys.shardOfAddress(localPart), "an address is in its shard");
        holds(LocalParts.isNormal(localPart), "an address is in its normal form: " + localPart);
      }
    }
    same(file.addresses(), addresses, "each address is in the shards once");
  }
}
