package io.postern.console.web.frame;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.qute.Engine;
import io.quarkus.qute.EngineBuilder;
import io.quarkus.qute.Variant;
import org.junit.jupiter.api.Test;

class PageTextTest {
  private static final String TEXT = "\u202e<b>\"{x}";

  private static String page(String template) {
    EngineBuilder engine = Engine.builder().addDefaults();
    new PageText().add(engine);
    return engine
        .build()
        .parse(template, Variant.forContentType("text/html"))
        .data("x", TEXT)
        .render();
  }

  @Test
  void textIsEscapedAndVisible() {
    assertThat(page("<p title=\"{x}\">{x}</p>"))
        .isEqualTo("<p title=\"[U+202E]&lt;b&gt;&quot;{x}\">[U+202E]&lt;b&gt;&quot;{x}</p>");
  }

  @Test
  void whatAFormSendsBackIsEscapedAlone() {
    assertThat(page("<input name=\"x\" value=\"{x}\"><textarea a=\"b\">{x}</textarea>"))
        .isEqualTo(
            "<input name=\"x\" value=\"\u202e&lt;b&gt;&quot;{x}\"><textarea a=\"b\">\u202e&lt;b&gt;&quot;{x}</textarea>");
  }
}
