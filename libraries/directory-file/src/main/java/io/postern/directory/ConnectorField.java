package io.postern.directory;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One field of a connector in the directory file; {@link ConnectorFields} has all. Immutable, any
 * thread.
 *
 * @param <C> the connector
 * @param <B> its builder
 * @param name Exchange's parameter, in camelCase
 * @param values its type and bounds, and the connectorType that may have it; as in the README
 * @param standard the value of a connector that does not name it; as in the README
 * @param reader from the file into the builder
 * @param value the connector's value in the file's spelling; null, empty or 0: not shown
 */
record ConnectorField<C, B>(
    String name,
    String values,
    String standard,
    Reader<B> reader,
    Function<C, @Nullable Object> value) {

  /** The reader of a field; it reports a wrong value to the fields' problems. */
  interface Reader<B> {
    void read(Fields fields, String name, B builder);
  }

  void read(Fields fields, B builder) {
    reader.read(fields, name, builder);
  }
}
