package io.postern.directory.exchange;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;

/**
 * CLIXML as Export-Clixml writes it. Neither entities of a DTD nor anything outside of the text is
 * read. An object's properties are in Props and MS; a list is LST; an object without either is its
 * ToString.
 */
final class Clixml {
  private static final Pattern ESCAPED = Pattern.compile("_x([0-9A-Fa-f]{4})_");
  private static final int MOST_ELEMENTS = 2_000_000;

  private final XMLStreamReader xml;
  private final List<ExchangeObject> objects = new ArrayList<>();
  private int elements;

  private Clixml(XMLStreamReader xml) {
    this.xml = xml;
  }

  static List<ExchangeObject> read(String text) throws ExchangeFormatException {
    try {
      XMLStreamReader xml = factory().createXMLStreamReader(new StringReader(text));
      try {
        Clixml file = new Clixml(xml);
        file.root();
        return file.objects;
      } finally {
        xml.close();
      }
    } catch (XMLStreamException | RuntimeException e) { // the JDK's parser throws both
      throw new ExchangeFormatException(
          "the file is not CLIXML from Export-Clixml: "
              + String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
    }
  }

  private static XMLInputFactory factory() {
    XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    factory.setProperty(XMLInputFactory.IS_REPLACING_ENTITY_REFERENCES, false);
    factory.setProperty(XMLInputFactory.IS_COALESCING, true);
    return factory;
  }

  private void root() throws XMLStreamException, ExchangeFormatException {
    boolean found = false;
    while (xml.hasNext()) {
      if (xml.next() == XMLStreamConstants.START_ELEMENT) {
        if (!found && !xml.getLocalName().equals("Objs")) {
          throw new ExchangeFormatException("the file is XML, but not of Export-Clixml");
        }
        if (found) {
          top(value(1));
        }
        found = true;
      }
    }
  }

  /** A list of objects may be one object of the file. */
  private void top(@Nullable Object value) throws ExchangeFormatException {
    switch (value) {
      case Map<?, ?> map -> {
        Map<String, @Nullable Object> parameters = new LinkedHashMap<>();
        map.forEach((name, each) -> parameters.put(String.valueOf(name), flat(each)));
        objects.add(ExchangeObject.of(parameters));
        if (objects.size() > ExchangeFile.MOST_OBJECTS) {
          throw new ExchangeFormatException("the file has too many objects: export fewer");
        }
      }
      case List<?> list -> {
        for (Object each : list) {
          top(each);
        }
      }
      case null, default -> {} // text beside the objects
    }
  }

  private static @Nullable Object flat(@Nullable Object value) {
    return switch (value) {
      case null -> null;
      case Boolean flag -> flag;
      case List<?> list -> list.stream().map(Clixml::text).toList();
      case Object other -> text(other);
    };
  }

  private static String text(@Nullable Object value) {
    if (value instanceof Map<?, ?> map) {
      for (String part : List.of("Address", "Domain", "DomainName", "Value")) {
        if (map.get(part) instanceof String text) {
          return text;
        }
      }
    }
    return String.valueOf(value);
  }

  /**
   * At a value's start; ends at its end. A map: an object with properties; a list; a Boolean; a
   * String; null.
   */
  private @Nullable Object value(int depth) throws XMLStreamException, ExchangeFormatException {
    if (depth > ExchangeFile.MOST_DEPTH || ++elements > MOST_ELEMENTS) {
      throw new ExchangeFormatException("the file is nested too deeply, or too large");
    }
    return switch (xml.getLocalName()) {
      case "Obj" -> object(depth);
      case "LST", "IE", "STK", "QUE" -> list(depth);
      case "Nil", "Ref", "TNRef", "TN", "DCT" -> {
        skip(depth);
        yield null;
      }
      case "B" -> Boolean.valueOf(content());
      default -> content();
    };
  }

  private Object object(int depth) throws XMLStreamException, ExchangeFormatException {
    Map<String, @Nullable Object> properties = new LinkedHashMap<>();
    List<@Nullable Object> list = null;
    String text = "";
    while (xml.next() != XMLStreamConstants.END_ELEMENT) {
      if (xml.getEventType() == XMLStreamConstants.START_ELEMENT) {
        switch (xml.getLocalName()) {
          case "Props", "MS" -> properties(properties, depth + 1);
          case "LST", "IE", "STK", "QUE" -> list = list(depth + 1);
          case "TN", "TNRef", "DCT" -> skip(depth + 1);
          case "ToString" -> text = content();
          default -> { // of an enum its number
            String other = String.valueOf(value(depth + 1));
            text = text.isEmpty() ? other : text;
          }
        }
      }
    }
    return list != null ? list : properties.isEmpty() ? text : properties;
  }

  private void properties(Map<String, @Nullable Object> properties, int depth)
      throws XMLStreamException, ExchangeFormatException {
    while (xml.next() != XMLStreamConstants.END_ELEMENT) {
      if (xml.getEventType() == XMLStreamConstants.START_ELEMENT) {
        String name = xml.getAttributeValue(null, "N");
        Object value = value(depth + 1);
        if (name != null) {
          properties.putIfAbsent(unescaped(name), value);
        }
      }
    }
  }

  private List<@Nullable Object> list(int depth)
      throws XMLStreamException, ExchangeFormatException {
    List<@Nullable Object> values = new ArrayList<>();
    while (xml.next() != XMLStreamConstants.END_ELEMENT) {
      if (xml.getEventType() == XMLStreamConstants.START_ELEMENT) {
        Object value = value(depth + 1);
        if (value != null) {
          values.add(value);
        }
      }
    }
    return values;
  }

  private void skip(int depth) throws XMLStreamException, ExchangeFormatException {
    while (xml.next() != XMLStreamConstants.END_ELEMENT) {
      if (xml.getEventType() == XMLStreamConstants.START_ELEMENT) {
        if (depth > ExchangeFile.MOST_DEPTH) {
          throw new ExchangeFormatException("the file is nested too deeply");
        }
        skip(depth + 1);
      }
    }
  }

  private String content() throws XMLStreamException {
    return unescaped(xml.getElementText());
  }

  /** PowerShell writes characters that XML has not as _xHHHH_. */
  private static String unescaped(String text) {
    Matcher matcher = ESCAPED.matcher(text);
    return matcher.replaceAll(
        found ->
            Matcher.quoteReplacement(String.valueOf((char) Integer.parseInt(found.group(1), 16))));
  }
}
