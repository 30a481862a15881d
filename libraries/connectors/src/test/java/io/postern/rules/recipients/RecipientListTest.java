package io.postern.rules.recipients;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.RecipientKeys;
import io.postern.contracts.v1.RecipientListState;
import io.postern.contracts.v1.RecipientShard;
import io.postern.rules.recipients.RecipientList.Difference;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecipientListTest {
  private static final String DOMAIN = "contoso.com";

  private static RecipientList list(Map<String, String> recipients) {
    return SampleLists.of("contoso", DOMAIN, recipients).list(DOMAIN).orElseThrow();
  }

  /** RFC 5321 §2.4, §4.1.2; RFC 6532 §3.1. */
  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '\'',
      value = {
        "anna, anna",
        "Anna.Berg, anna.berg",
        "'\"Anna\"', anna",
        "'\"a\\\"b\"', 'a\"b'",
        "'\"anna berg\"', anna berg",
        "JÖRG, jörg",
        "jo\u0308rg, jörg",
        "'\"', '\"'",
      })
  void localPartsAreComparedInTheirNormalForm(String given, String normal) {
    assertThat(LocalParts.normal(given)).isEqualTo(normal);
    assertThat(LocalParts.normal(normal)).isEqualTo(normal);
  }

  @Test
  void everyAddressOfAListIsFoundWithItsRouteAndNoOther() {
    Random random = new Random(7);
    Map<String, String> recipients = new HashMap<>();
    for (int i = 0; i < 20_000; i++) {
      recipients.put("user" + random.nextInt(1_000_000), List.of("", "cloud", "b").get(i % 3));
    }
    RecipientList list = list(recipients);

    assertThat(list.size()).isEqualTo(recipients.size());
    recipients.forEach((local, route) -> assertThat(list.route(local)).hasValue(route));
    for (int i = 0; i < 20_000; i++) {
      assertThat(list.route("other" + i)).isEmpty();
    }
    assertThat(list.sizes().values().stream().mapToInt(n -> n).sum()).isEqualTo(list.size());
  }

  @Test
  void aShardReplacesItsAddressesAndNoOthers() {
    RecipientList before = list(Map.of("anna", "", "ben", "cloud", "dora", ""));
    int shard = RecipientKeys.shardOfAddress("ben");
    RecipientShard rerouted =
        RecipientShard.newBuilder().setShard(shard).addLocalParts("ben").build();
    RecipientShard empty = RecipientShard.newBuilder().setShard(shard).build();

    RecipientShard elsewhere =
        rerouted.toBuilder().addRouteNames("onPremises").addRoutes(1).build();

    assertThat(before.routed()).isEqualTo(1);
    assertThat(before.difference(rerouted)).isEqualTo(new Difference(0, 0, 1, 1));
    assertThat(before.difference(elsewhere)).isEqualTo(new Difference(0, 0, 1, 0));
    assertThat(before.difference(empty)).isEqualTo(new Difference(0, 1, 0, 1));
    assertThat(before.with(before.state(), Map.of(shard, rerouted)).route("ben")).hasValue("");
    RecipientList without = before.with(before.state(), Map.of(shard, empty));
    assertThat(without.route("ben")).isEmpty();
    assertThat(without.route("anna")).hasValue("");
    assertThat(without.size()).isEqualTo(2);
  }

  @Test
  void aListThatIsRemovedIsGoneBeforeItsShardsAre() throws Exception {
    RecipientRecords records = new RecipientRecords();
    for (RecipientShard shard : SampleLists.shards(DOMAIN, Map.of("anna", "", "ben", ""))) {
      SampleLists.take(records, RecipientKeys.shard(DOMAIN, shard.getShard()), shard.toByteArray());
    }
    SampleLists.take(records, DOMAIN, SampleLists.state("contoso", DOMAIN, "1").toByteArray());
    assertThat(records.lists().size()).isEqualTo(2);

    SampleLists.take(
        records, DOMAIN, RecipientListState.newBuilder().setDomain(DOMAIN).build().toByteArray());
    assertThat(records.lists().list(DOMAIN)).isEmpty();
    records.take(RecipientKeys.shard(DOMAIN, RecipientKeys.shardOfAddress("anna")), null);
    assertThat(records.lists().list(DOMAIN)).isEmpty();
  }

  /** The bound that docs/guides/recipients.md names: 100,000 addresses in less than 1 MB. */
  @Test
  void anAddressTakesEightBytes() {
    Map<String, String> recipients = new HashMap<>();
    for (int i = 0; i < 100_000; i++) {
      recipients.put("firstname.lastname" + i, "");
    }
    assertThat(list(recipients).bytes()).isEqualTo(800_000);
  }
}
