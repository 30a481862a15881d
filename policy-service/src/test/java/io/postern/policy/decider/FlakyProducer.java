package io.postern.policy.decider;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.TimeoutException;

/** The real producer, but for the sends that a test lets fail: as batches that expire do. */
final class FlakyProducer {
  /** The end of a send. */
  enum Fate {
    SENT,
    /** It never comes into the log. */
    LOST,
    /** It fails, and is in the log all the same. */
    FAILED_AND_WRITTEN
  }

  private FlakyProducer() {}

  @SuppressWarnings("unchecked")
  static Producer<String, byte[]> of(
      Producer<String, byte[]> real, Function<ProducerRecord<String, byte[]>, Fate> fates) {
    return (Producer<String, byte[]>)
        Proxy.newProxyInstance(
            FlakyProducer.class.getClassLoader(),
            new Class<?>[] {Producer.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("send") && arguments.length == 2) {
                ProducerRecord<String, byte[]> record =
                    (ProducerRecord<String, byte[]>) arguments[0];
                return send(real, record, (Callback) arguments[1], fates.apply(record));
              }
              try {
                return method.invoke(real, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private static Future<RecordMetadata> send(
      Producer<String, byte[]> real,
      ProducerRecord<String, byte[]> record,
      Callback callback,
      Fate fate) {
    if (fate == Fate.SENT) {
      return real.send(record, callback);
    }
    if (fate == Fate.FAILED_AND_WRITTEN) {
      try {
        real.send(record).get();
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    }
    real.flush(); // those before it are in the log
    TimeoutException expired = new TimeoutException("expired");
    callback.onCompletion(null, expired);
    return CompletableFuture.failedFuture(expired);
  }
}
