package io.postern.policy.recipients;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.RecipientKeys;
import io.postern.contracts.v1.AcceptedDomain;
import io.postern.contracts.v1.MailboxRoute;
import io.postern.contracts.v1.RecipientShard;
import io.postern.rules.recipients.RecipientList;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecipientFileTest {
  static final AcceptedDomain DOMAIN =
      AcceptedDomain.newBuilder()
          .setDomain("contoso.com")
          .setOrganization("contoso")
          .addFurtherMailboxRoutes(MailboxRoute.newBuilder().setName("cloud"))
          .build();

  static RecipientFile read(byte[] text) throws IOException {
    return RecipientFile.read(DOMAIN, new ByteArrayInputStream(text));
  }

  private static RecipientFile read(String text) throws IOException {
    return read(text.getBytes(StandardCharsets.UTF_8));
  }

  /** All addresses with their routes. */
  static Map<String, String> recipients(RecipientFile file) {
    Map<String, String> all = new TreeMap<>();
    for (int i = 0; i < RecipientKeys.SHARDS; i++) {
      RecipientShard shard = file.shard(i);
      for (int j = 0; j < shard.getLocalPartsCount(); j++) {
        all.put(shard.getLocalParts(j), RecipientList.routeName(shard, j));
      }
    }
    return all;
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      value = {
        "anna | {anna=}",
        "Anna@Contoso.com | {anna=}",
        "anna,cloud | {anna=cloud}",
        "anna , CLOUD | {anna=cloud}",
        "anna,onpremises | {anna=onPremises}",
        "anna, | {anna=}",
        // Export-Csv of Exchange
        "\"anna@contoso.com\" | {anna=}",
        "\"SMTP:anna@contoso.com\",\"cloud\" | {anna=cloud}",
        "smtp:anna@contoso.com | {anna=}",
        // a quoted local part (RFC 5321 §4.1.2), in CSV (RFC 4180)
        "\"\"\"anna berg\"\"@contoso.com\" | {anna berg=}",
        "\"\"\"a@b\"\"\" | {a@b=}",
        "jörg | {jörg=}",
      })
  void aLineIsAnAddressAndPerhapsARoute(String line, String recipients) throws IOException {
    RecipientFile file = read(line + "\r\n");
    assertThat(file.problems()).isEmpty();
    assertThat(recipients(file)).hasToString(recipients);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      value = {
        "anna,nowhere | no route with this name",
        "anna,cloud,more | more than two fields",
        "anna berg | quote it",
        "@contoso.com | quote it",
        "an..na | two in a row",
        ".anna@contoso.com | dot at its start",
        "\"anna\"x@@y | not a host name",
      })
  void aWrongLineIsNamedWithItsNumberAndCure(String line, String problem) throws IOException {
    RecipientFile file = read("good\n\n" + line + "\n");
    assertThat(file.problems())
        .singleElement()
        .satisfies(
            found -> {
              assertThat(found.line()).isEqualTo(3);
              assertThat(found.problem()).contains(problem);
              assertThat(found.cure()).isNotEmpty();
            });
  }

  @Test
  void anExportOfAWholeOrganizationIsAListOfEachOfItsDomains() throws IOException {
    RecipientFile file =
        read(
            """
            \uFEFFPrimarySmtpAddress
            anna@contoso.com
            anna@fabrikam.com
            SIP:anna@contoso.com
            X500:/o=contoso/ou=exchange/cn=anna
            anna@contoso.onmicrosoft.com

            ANNA@contoso.com
            """);
    assertThat(file.problems()).isEmpty();
    assertThat(recipients(file)).containsOnlyKeys("anna");
    assertThat(file.addresses()).isEqualTo(1);
    assertThat(file.others()).isEqualTo(4);
  }

  @Test
  void aListWithoutAnAddressOfTheDomainIsAProblem() throws IOException {
    for (String text : new String[] {"", "local-part,route\n", "anna@fabrikam.com\n"}) {
      assertThat(read(text).problems())
          .singleElement()
          .satisfies(found -> assertThat(found.problem()).contains("no address of contoso.com"));
    }
  }

  @Test
  void oneAddressWithTwoRoutesIsAProblem() throws IOException {
    assertThat(read("anna,cloud\nAnna\n").problems())
        .singleElement()
        .satisfies(found -> assertThat(found.line()).isEqualTo(2));
  }

  @Test
  void problemsAndAddressesAreBounded() throws IOException {
    assertThat(read("a b\n".repeat(10_000)).problems()).hasSize(100);
    StringBuilder many = new StringBuilder();
    for (int i = 0; i <= RecipientFile.MOST_ADDRESSES; i++) {
      many.append(i).append('\n');
    }
    assertThat(read(many.toString()).problems())
        .singleElement()
        .satisfies(found -> assertThat(found.problem()).contains("more than 250000"));
    assertThat(read("x".repeat(5_000_000)).problems()).hasSize(1);
  }

  @Test
  void anotherEncodingIsAProblem() throws IOException {
    assertThat(read("jörg\n".getBytes(StandardCharsets.ISO_8859_1)).problems())
        .singleElement()
        .satisfies(found -> assertThat(found.cure()).contains("utf8"));
    assertThat(read("anna\r\n".getBytes(StandardCharsets.UTF_16LE)).problems()).isNotEmpty();
  }
}
