/** What replicas publish of the certificates that they present and of those that they meet. */
@org.jspecify.annotations.NullMarked
package io.postern.log.certificates;
