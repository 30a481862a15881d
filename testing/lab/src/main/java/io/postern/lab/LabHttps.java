package io.postern.lab;

import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** An https server on 127.0.0.1 that answers as its handler does. Thread-safe. */
public final class LabHttps implements AutoCloseable {
  private final HttpsServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  private LabHttps(HttpsServer server) {
    this.server = server;
    server.setExecutor(threads);
  }

  /** A running server on a free port; it closes each exchange itself. */
  public static LabHttps start(Identity identity, HttpHandler handler) {
    try {
      LabHttps lab =
          new LabHttps(
              HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16));
      lab.server.setHttpsConfigurator(new HttpsConfigurator(context(identity)));
      lab.server.createContext(
          "/",
          exchange -> {
            try (exchange) {
              handler.handle(exchange);
            }
          });
      lab.server.start();
      return lab;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Of a server that presents the identity. */
  public static SSLContext context(Identity identity) {
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      store.setKeyEntry(
          "server", identity.key(), new char[0], identity.chain().toArray(Certificate[]::new));
      KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
      keys.init(store, new char[0]);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys.getKeyManagers(), null, null);
      return context;
    } catch (GeneralSecurityException | IOException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  public int port() {
    return server.getAddress().getPort();
  }

  /** By name: https://localhost:PORT/. */
  public URI url() {
    return URI.create("https://localhost:" + port() + "/");
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
