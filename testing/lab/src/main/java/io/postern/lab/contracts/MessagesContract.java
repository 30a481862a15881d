package io.postern.lab.contracts;

import com.google.protobuf.DescriptorProtos.DescriptorProto.ReservedRange;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto.EnumReservedRange;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The binary form of protobuf messages: an entry for each message and enumeration, and one for each
 * number in it. Numbers may be added, and removed where they are reserved; nothing else may change,
 * since records of the version before are read for months, and its replicas run beside the new
 * ones.
 */
public final class MessagesContract {
  private static final String MESSAGE = "message";
  private static final String ENUM = "enum";
  private static final String RESERVED = "reserved";
  private static final Pattern FIELD =
      Pattern.compile("(?:(repeated|optional) )?(map<.+>|\\S+) (\\S+)(?: in (\\S+))?");

  /**
   * @param label repeated, optional or empty
   * @param oneof empty: in none
   */
  private record Field(String label, String type, String name, String oneof) {
    static Field of(String facts) {
      Matcher field = FIELD.matcher(facts);
      if (!field.matches()) {
        throw new IllegalArgumentException("no field: " + facts);
      }
      return new Field(
          field.group(1) == null ? "" : field.group(1),
          field.group(2),
          field.group(3),
          field.group(4) == null ? "" : field.group(4));
    }
  }

  private MessagesContract() {}

  /** The entries of these files, without those that they import. */
  public static Map<String, String> entries(Collection<FileDescriptor> files) {
    Map<String, Descriptor> messages = new TreeMap<>();
    Map<String, EnumDescriptor> enums = new TreeMap<>();
    for (FileDescriptor file : files) {
      file.getEnumTypes().forEach(type -> enums.put(type.getFullName(), type));
      file.getMessageTypes().forEach(type -> collect(type, messages, enums));
    }
    Map<String, String> entries = new LinkedHashMap<>();
    messages.forEach((name, type) -> message(name, type, entries));
    enums.forEach((name, type) -> enumeration(name, type, entries));
    return entries;
  }

  private static void collect(
      Descriptor type, Map<String, Descriptor> messages, Map<String, EnumDescriptor> enums) {
    if (type.getOptions().getMapEntry()) {
      return; // its field names both types
    }
    messages.put(type.getFullName(), type);
    type.getEnumTypes().forEach(nested -> enums.put(nested.getFullName(), nested));
    type.getNestedTypes().forEach(nested -> collect(nested, messages, enums));
  }

  private static void message(String name, Descriptor type, Map<String, String> entries) {
    Map<Integer, String> numbers = new TreeMap<>();
    for (ReservedRange range : type.toProto().getReservedRangeList()) {
      for (int number = range.getStart(); number < range.getEnd(); number++) {
        numbers.put(number, RESERVED);
      }
    }
    type.getFields().forEach(field -> numbers.put(field.getNumber(), facts(field)));
    entries.put(name, MESSAGE);
    numbers.forEach((number, facts) -> entries.put(name + " " + number, facts));
  }

  private static void enumeration(String name, EnumDescriptor type, Map<String, String> entries) {
    Map<Integer, String> numbers = new TreeMap<>();
    for (EnumReservedRange range : type.toProto().getReservedRangeList()) {
      for (int number = range.getStart(); number <= range.getEnd(); number++) {
        numbers.put(number, RESERVED);
      }
    }
    type.getValues().stream()
        .sorted(Comparator.comparingInt(EnumValueDescriptor::getIndex).reversed()) // no alias
        .forEach(value -> numbers.put(value.getNumber(), value.getName()));
    entries.put(name, ENUM);
    numbers.forEach((number, facts) -> entries.put(name + " " + number, facts));
  }

  private static String facts(FieldDescriptor field) {
    String facts = type(field) + " " + field.getName();
    if (field.isRepeated() && !field.isMapField()) {
      return "repeated " + facts;
    }
    if (field.getRealContainingOneof() != null) {
      return facts + " in " + field.getRealContainingOneof().getName();
    }
    return field.toProto().getProto3Optional() ? "optional " + facts : facts;
  }

  private static String type(FieldDescriptor field) {
    if (field.isMapField()) {
      Descriptor entry = field.getMessageType();
      return "map<%s, %s>"
          .formatted(type(entry.findFieldByNumber(1)), type(entry.findFieldByNumber(2)));
    }
    return switch (field.getJavaType()) {
      case MESSAGE -> field.getMessageType().getFullName();
      case ENUM -> field.getEnumType().getFullName();
      default ->
          field.toProto().getType().name().replaceFirst("TYPE_", "").toLowerCase(Locale.ROOT);
    };
  }

  /**
   * @param readers who reads records with such a message or enumeration, by its full name
   */
  public static AcceptedState.Rule rule(Function<String, String> readers) {
    return (before, now) -> {
      List<String> breaks = new ArrayList<>();
      Set<String> gone = new HashSet<>();
      before.forEach(
          (entry, facts) -> {
            String after = now.get(entry);
            int end = entry.lastIndexOf(' ');
            if (end < 0) {
              if (!facts.equals(after)) {
                gone.add(entry);
                breaks.add(
                    "%s %s is gone: %s read its records no longer"
                        .formatted(facts, entry, readers.apply(entry)));
              }
            } else if (!gone.contains(entry.substring(0, end)) && !facts.equals(after)) {
              String type = entry.substring(0, end);
              String kind = MESSAGE.equals(before.get(type)) ? "field" : "value";
              breaks.addAll(
                  number(
                      kind,
                      "%s %s of %s".formatted(kind, entry.substring(end + 1), type),
                      facts,
                      after == null ? "" : after,
                      readers.apply(type)));
            }
          });
      return breaks;
    };
  }

  private static List<String> number(
      String kind, String what, String before, String after, String readers) {
    if (before.equals(RESERVED)) {
      return List.of(
          after.isEmpty()
              ? "%s is reserved no longer: a later one would be read from old records"
                  .formatted(what)
              : "%s is used again: %s take the former one for it".formatted(what, readers));
    }
    if (after.isEmpty()) {
      return List.of(
          "%s (%s) is gone and its number is not reserved: a later one would be read from old records"
              .formatted(what, before.substring(before.indexOf(' ') + 1)));
    }
    if (after.equals(RESERVED)) {
      return List.of();
    }
    if (kind.equals("value")) {
      return List.of(
          "%s was %s and is %s: %s take one for the other".formatted(what, before, after, readers));
    }
    return field(what, Field.of(before), Field.of(after), readers);
  }

  private static List<String> field(String what, Field before, Field after, String readers) {
    List<String> breaks = new ArrayList<>();
    if (!before.type().equals(after.type())) {
      breaks.add(
          "%s changed its type from %s to %s: %s read it wrong"
              .formatted(what, before.type(), after.type(), readers));
    }
    if (!before.label().equals(after.label()) || !before.oneof().equals(after.oneof())) {
      breaks.add(
          "%s was %s and is %s: %s read it wrong"
              .formatted(what, place(before), place(after), readers));
    }
    if (!before.name().equals(after.name())) {
      breaks.add(
          "%s was %s and is %s: %s take one for the other"
              .formatted(what, before.name(), after.name(), readers));
    }
    return breaks;
  }

  private static String place(Field field) {
    if (!field.oneof().isEmpty()) {
      return "in oneof " + field.oneof();
    }
    return field.label().isEmpty() ? "singular" : field.label();
  }
}
