package dev.kiln.tls;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * The certificate authorities that the Java platform trusts, and a site's own beside them: a
 * receiver or an issuer in its own network has a certificate that no public authority signed.
 */
public final class TrustedRoots {
    private TrustedRoots() {}

    /**
     * For connections that trust both.
     *
     * @param setting the setting that names the file, for the message
     * @param pem certificates, one after the other, in PEM
     * @throws IllegalArgumentException when the file cannot be read or holds none
     */
    public static SSLContext with(String setting, Path pem) {
        var own = read(setting, pem);
        try {
            var store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            int number = 0;
            for (Certificate root : Stream.concat(platform(), own.stream()).toList()) {
                store.setCertificateEntry("root-" + number++, root);
            }
            var context = SSLContext.getInstance("TLS");
            context.init(null, managers(store), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalArgumentException(
                    "%s names %s, whose certificates cannot be used (%s)"
                            .formatted(setting, pem, e.getMessage()),
                    e);
        }
    }

    private static Collection<? extends Certificate> read(String setting, Path pem) {
        try (InputStream in = Files.newInputStream(pem)) {
            var certificates = CertificateFactory.getInstance("X.509").generateCertificates(in);
            if (certificates.isEmpty()) {
                throw noCertificates(setting, pem, null);
            }
            return certificates;
        } catch (CertificateException e) {
            throw noCertificates(setting, pem, e);
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "%s names %s, which cannot be read (%s)"
                            .formatted(setting, pem, e.getClass().getSimpleName()),
                    e);
        }
    }

    private static IllegalArgumentException noCertificates(
            String setting, Path pem, @Nullable Throwable cause) {
        return new IllegalArgumentException(
                "%s names %s, which must hold certificates in PEM (-----BEGIN CERTIFICATE-----)"
                        .formatted(setting, pem),
                cause);
    }

    private static Stream<? extends Certificate> platform() throws GeneralSecurityException {
        return Arrays.stream(managers(null))
                .filter(X509TrustManager.class::isInstance)
                .flatMap(
                        manager ->
                                List.of(((X509TrustManager) manager).getAcceptedIssuers())
                                        .stream());
    }

    /** Of a store; of the platform's own when there is none. */
    private static TrustManager[] managers(@Nullable KeyStore store)
            throws GeneralSecurityException {
        var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory.getTrustManagers();
    }
}
