@org.jspecify.annotations.NullMarked
package io.postern.certificate.staples;
