package io.postern.names;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DomainNamesTest {
  @ParameterizedTest
  @CsvSource({
    "Mail.Contoso.COM., mail.contoso.com",
    "straße.example, xn--strae-oqa.example", // IDNA 2003 made it strasse.example, another's domain
    "STRASSE.example, strasse.example",
    "STRAẞE.example, xn--strae-oqa.example",
    "XN--STRAE-OQA.example, xn--strae-oqa.example",
    "βόλος.example, xn--nxasmm1c.example",
    "bücher.example., xn--bcher-kva.example",
    "Bücher。example, xn--bcher-kva.example", // U+3002
    "bu\u0308cher.example, xn--bcher-kva.example", // decomposed
    "ａｂｃ.example, abc.example",
    "foo_bar.example, foo_bar.example",
  })
  void aNameHasOneSpelling(String name, String expected) {
    assertThat(DomainNames.aLabels(name)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "-bücher.example",
    "bücher..example",
    "a\u200cb.example",
    "\u202ebücher.example",
    "٠a.example",
  })
  void aTextThatIsNoNameOfUts46HasNoALabels(String name) {
    assertThat(DomainNames.aLabels(name)).isNull();
  }

  @Test
  void labelsAndNamesHaveTheirLengths() {
    String label = "a".repeat(63);
    assertThat(DomainNames.isDomain(label + ".example")).isTrue();
    assertThat(DomainNames.isDomain("a" + label + ".example")).isFalse();
    String longest = (label + ".").repeat(3) + "a".repeat(61);
    assertThat(DomainNames.isDomain(longest)).isTrue();
    assertThat(DomainNames.isDomain(longest + "a")).isFalse();
    assertThat(DomainNames.aLabels("ü".repeat(60) + ".example")).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "mail.contoso.com, true",
    "contoso, true",
    "1.example, true",
    "foo_bar.example, false",
    "-a.example, false",
    "a-.example, false",
    "a..example, false",
    "A.example, false",
    "a.example., false",
    "'a b.example', false",
    "'', false",
  })
  void aDomainIsLettersDigitsAndHyphens(String name, boolean expected) {
    assertThat(DomainNames.isDomain(name)).isEqualTo(expected);
  }

  @Test
  void suggestsTheSpelling() {
    assertThat(DomainNames.suggestion(" Straße.example. ")).isEqualTo("xn--strae-oqa.example");
    assertThat(DomainNames.suggestion("mail.contoso.com")).isNull();
    assertThat(DomainNames.suggestion("no name")).isNull();
  }
}
