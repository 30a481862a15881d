/** What certificate-service learns here: our client certificates, and which hosts ask for one. */
@org.jspecify.annotations.NullMarked
package io.postern.delivery.certificates;
