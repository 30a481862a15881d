package io.postern.ingress.intake;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.RefusedVariant;
import org.junit.jupiter.api.Test;

/** The variants of a count: each with its own count, bounded in number and bytes. */
class RefusedVariantsTest {
  private final RefusedVariants variants = new RefusedVariants();

  private static RefusedVariant variant(String sender) {
    return RefusedVariant.newBuilder()
        .setSenderDomain(sender)
        .setRecipientDomain("contoso.example")
        .build();
  }

  @Test
  void eachHasItsOwnCountInTheOrderOfTheFirst() {
    variants.add(variant("a.example"));
    variants.add(variant("b.example"));
    variants.add(variant("a.example"));
    assertThat(variants.all())
        .extracting(RefusedVariant::getSenderDomain, RefusedVariant::getCount)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("a.example", 2L),
            org.assertj.core.groups.Tuple.tuple("b.example", 1L));
  }

  @Test
  void aStrangersManyDomainsAreBoundedInNumberAndBytes() {
    for (int i = 0; i < 1_000; i++) {
      variants.add(variant("d" + i + ".example"));
    }
    assertThat(variants.all()).hasSize(RefusedVariants.MOST);
    RefusedVariants large = new RefusedVariants();
    for (int i = 0; i < 100; i++) {
      large.add(variant("d" + i + "." + "x".repeat(240)));
    }
    assertThat(large.all().stream().mapToInt(RefusedVariant::getSerializedSize).sum())
        .isLessThan(RefusedVariants.BYTES + 10 * RefusedVariants.MOST);
    large.add(variant("d0." + "x".repeat(240)));
    assertThat(large.all().getFirst().getCount()).as("a known one still counts").isEqualTo(2);
  }
}
