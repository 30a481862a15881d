package io.postern.console.web.frame;

import java.text.MessageFormat;
import java.text.NumberFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.ResourceBundle;

/** The texts of the pages in one language, and how it writes numbers. Immutable; any thread. */
public final class Words {
  private static final List<String> BUNDLES = List.of("frame", "search", "partners", "operation");

  private static final Map<String, Words> LANGUAGES =
      Map.of("en", new Words(Locale.UK), "de", new Words(Locale.GERMANY));

  private final Locale locale;
  private final List<ResourceBundle> bundles;

  private Words(Locale locale) {
    this.locale = locale;
    this.bundles =
        BUNDLES.stream()
            .map(
                name ->
                    ResourceBundle.getBundle(
                        "web.texts." + name,
                        locale,
                        Words.class.getClassLoader(),
                        ResourceBundle.Control.getNoFallbackControl(
                            ResourceBundle.Control.FORMAT_DEFAULT)))
            .toList();
  }

  public static Optional<Words> of(String language) {
    return Optional.ofNullable(LANGUAGES.get(language));
  }

  static Words english() {
    return LANGUAGES.getOrDefault("en", new Words(Locale.UK));
  }

  Locale locale() {
    return locale;
  }

  /** A key that nobody has written a text for is shown itself. */
  public String text(String key, Object... values) {
    String pattern = find(key).orElse(key);
    return values.length == 0 ? pattern : new MessageFormat(pattern, locale).format(values);
  }

  public boolean has(String key) {
    return find(key).isPresent();
  }

  private Optional<String> find(String key) {
    return bundles.stream()
        .filter(bundle -> bundle.containsKey(key))
        .findFirst()
        .map(bundle -> bundle.getString(key));
  }

  public String number(long number) {
    return NumberFormat.getIntegerInstance(locale).format(number);
  }
}
