package io.postern.console.web.frame;

import io.postern.texts.Visible;
import io.quarkus.qute.EngineBuilder;
import io.quarkus.qute.Expression;
import io.quarkus.qute.HtmlEscaper;
import io.quarkus.qute.NamespaceResolver;
import io.quarkus.qute.ParserHook;
import io.quarkus.qute.RawString;
import io.quarkus.qute.ResultMapper;
import io.quarkus.qute.Results;
import io.quarkus.qute.TemplateNode;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The one way by which a value gets into a page: escaped, with what nobody would see made {@link
 * Visible}. A value that a form sends back keeps all of its characters, or saving a form would
 * change what nobody has touched. Any thread.
 */
@Singleton
final class PageText implements ResultMapper {
  private static final String NAMESPACE = "exact";

  /** Of a field, or of a text area. */
  private static final Pattern SENT_BACK =
      Pattern.compile("(?<= value=\")\\{([^{}]+)}(?=\")|(?<=>)\\{([^{}]+)}(?=</textarea>)");

  private final HtmlEscaper html = new HtmlEscaper(List.of("text/html"));

  void add(@Observes EngineBuilder engine) {
    engine
        .addResultMapper(this)
        .addNamespaceResolver(
            NamespaceResolver.builder(NAMESPACE)
                .resolveAsync(
                    call -> call.evaluate(call.getParams().getFirst()).thenApply(this::exact))
                .build())
        .addParserHook(keepsWhatIsSentBack());
  }

  private static ParserHook keepsWhatIsSentBack() {
    return template ->
        template.addContentFilter(
            text -> SENT_BACK.matcher(text).replaceAll("{" + NAMESPACE + ":text($1$2)}"));
  }

  /** Before Qute's own, which only escapes. */
  @Override
  public int getPriority() {
    return DEFAULT_PRIORITY + 1;
  }

  @Override
  public boolean appliesTo(TemplateNode.Origin origin, Object result) {
    return html.appliesTo(origin, result);
  }

  @Override
  public String map(Object result, Expression expression) {
    return html.map(Visible.of(String.valueOf(result)), expression);
  }

  private Object exact(@Nullable Object value) {
    return value == null || Results.isNotFound(value)
        ? Results.notFound(NAMESPACE)
        : new RawString(html.map(value, null));
  }
}
