package io.postern.console.web.frame;

import io.postern.api.Rights;
import io.postern.console.web.peers.RequestCalls;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The common part of all pages: language, theme, the reader and the reader's zone, navigation, and
 * the same by the API and on the command line. One request, one thread.
 */
public final class Frame {
  private static final ZoneId UTC = ZoneOffset.UTC;
  private static final int LONG = 400;
  private static final int BEGINNING = 160;

  /** A page of the navigation. */
  public record Section(String path, String label, boolean current) {}

  /**
   * @param path and query of this page
   * @param user empty: nobody is signed in
   * @param proof of forms; empty: the browser has no session
   */
  record Reader(String user, Rights rights, String theme, ZoneId zone, String path, String proof) {}

  private static final List<String> SECTIONS =
      List.of(
          "/",
          "/messages",
          "/refused",
          "/queue",
          "/partners",
          "/connectors",
          "/certificates",
          "/reports",
          "/changes",
          "/access",
          "/settings");

  private final Words words;
  private final Assets assets;
  private final Reader reader;
  private final String title;
  private final Supplier<List<String>> organizations;
  private @Nullable List<String> offered;
  private String json = "";
  private String command = "";

  /**
   * @param organizations that a filter offers
   */
  Frame(
      Words words,
      Assets assets,
      Reader reader,
      String title,
      Supplier<List<String>> organizations) {
    this.words = words;
    this.assets = assets;
    this.reader = reader;
    this.title = title;
    this.organizations = organizations;
  }

  /**
   * The data of the page, where they are this service's. Of other pages the page itself passes on
   * what other services answered.
   *
   * @param path of the same by the API
   */
  public Frame json(String path) {
    this.json = path;
    return this;
  }

  /**
   * @param line of the program postern
   */
  public Frame command(String line) {
    this.command = line;
    return this;
  }

  /** Empty: nobody is signed in. */
  public String json() {
    if (!json.isEmpty() || !isSignedIn()) {
      return json;
    }
    String page = reader.path();
    return page + (page.contains("?") ? "&" : "?") + RequestCalls.FORM + "=json";
  }

  /** Empty: the page's data are other services'. */
  String ownJson() {
    return json;
  }

  public String command() {
    return command;
  }

  public String title() {
    return title;
  }

  public String language() {
    return words.locale().getLanguage();
  }

  public String otherLanguage() {
    return language().equals("de") ? "en" : "de";
  }

  /** light, dark; empty: as the browser says. */
  public String theme() {
    return reader.theme();
  }

  public String user() {
    return reader.user();
  }

  public boolean isSignedIn() {
    return !reader.user().isEmpty();
  }

  public boolean isOperator() {
    return reader.rights().operator();
  }

  public boolean mayChange(String organization) {
    return reader.rights().mayChange(organization);
  }

  /** Those that a filter offers; empty: the id is typed. */
  public List<String> organizations() {
    List<String> there = offered;
    if (there == null) {
      there = organizations.get();
      offered = there;
    }
    return there;
  }

  public String proof() {
    return reader.proof();
  }

  /** Path and query. */
  public String here() {
    return reader.path();
  }

  public String asset(String name) {
    return assets.path(name);
  }

  public List<Section> sections() {
    List<Section> sections = new ArrayList<>();
    for (String path : SECTIONS) {
      String name = path.equals("/") ? "overview" : path.substring(1);
      sections.add(new Section(path, t("nav." + name), isBelow(path)));
    }
    return sections;
  }

  private boolean isBelow(String section) {
    String path = reader.path().replaceFirst("[?].*", "").replaceFirst("^/what-ifs", "/connectors");
    return section.equals("/")
        ? path.equals("/")
        : path.equals(section) || path.startsWith(section + "/");
  }

  /** The text with this key. */
  public String t(String key) {
    return words.text(key);
  }

  public String t(String key, @Nullable Object first) {
    return words.text(key, shown(first));
  }

  public String t(String key, @Nullable Object first, @Nullable Object second) {
    return words.text(key, shown(first), shown(second));
  }

  public String t(
      String key, @Nullable Object first, @Nullable Object second, @Nullable Object third) {
    return words.text(key, shown(first), shown(second), shown(third));
  }

  /** The text with this key, or the value itself where the language has no word for it. */
  public String word(String group, String value) {
    String key = group + "." + value;
    return words.has(key) ? words.text(key) : value;
  }

  private static Object shown(@Nullable Object value) {
    return value == null ? "" : value;
  }

  public String list(List<String> items) {
    return String.join(", ", items);
  }

  public String number(long number) {
    return words.number(number);
  }

  /**
   * A time in the reader's zone, with UTC beside it.
   *
   * @param time RFC 3339; null or empty: none
   */
  public String time(@Nullable String time) {
    if (time == null || time.isEmpty()) {
      return "";
    }
    ZonedDateTime utc;
    try {
      utc = Instant.parse(time).atZone(UTC);
    } catch (DateTimeException e) {
      return time;
    }
    ZonedDateTime here = utc.withZoneSameInstant(reader.zone());
    String text = format("d MMM yyyy, HH:mm:ss").format(here);
    if (here.getOffset().equals(ZoneOffset.UTC)) {
      return text + " UTC";
    }
    boolean sameDay = here.toLocalDate().equals(utc.toLocalDate());
    return text + " (" + format(sameDay ? "HH:mm" : "d MMM, HH:mm").format(utc) + " UTC)";
  }

  private DateTimeFormatter format(String pattern) {
    return DateTimeFormatter.ofPattern(pattern, words.locale());
  }

  /**
   * Whether a page shows the beginning of a text alone until its reader asks for all: the names of
   * a certificate, a reply or a subject of many lines would push the rest of the page away.
   */
  public boolean isLong(@Nullable String text) {
    return text != null && text.length() > LONG;
  }

  /** The words by which a reader asks for all of a long text. */
  public String whole(String text) {
    return t("frame.whole", number(text.length()));
  }

  /** Of a long text: its first 160 characters. */
  public String beginning(String text) {
    return text.substring(0, text.offsetByCodePoints(0, BEGINNING));
  }

  /** A part of a path, or a value of a query. */
  public static String encoded(String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** The same for templates. */
  public String u(@Nullable String value) {
    return value == null ? "" : encoded(value);
  }
}
