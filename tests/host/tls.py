"""Certificates by openssl, and what curl and openssl's client say of a server."""
import subprocess

NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
PASSWORD = "right"
HASH = "$2b$04$abcdefghijklmnopqrstuuFmEfrkTQnczNzw475xE2VhDrK1uwJiC"  # of it
WEB = "tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n"
CLIENTS = WEB + "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.pem\n"
USERS = f"basic_auth_users:\n  prometheus: {HASH}\n"


class Desk:
    """Where certificates are made: NAME.pem and NAME.key, in a directory."""

    def __init__(self, directory):
        self.directory = directory

    def _openssl(self, *arguments):
        subprocess.run(["openssl", *arguments], cwd=self.directory, stderr=subprocess.DEVNULL, check=True)

    def readable(self, *names):
        """To the user that the exporter becomes."""
        for name in names:
            (self.directory / name).chmod(0o644)

    def root(self, name):
        """Somebody who signs."""
        self._openssl("req", "-x509", *NEW_KEY, "-days", "2", "-subj", f"/CN={name}", "-keyout", f"{name}.key",
                      "-out", f"{name}.pem")
        self.readable(f"{name}.pem")

    def signed(self, name, usage, by):
        """For a server (serverAuth) at 127.0.0.1, or for a client (clientAuth)."""
        (self.directory / "extensions").write_text(f"subjectAltName=IP:127.0.0.1\nextendedKeyUsage={usage}\n")
        self._openssl("req", *NEW_KEY, "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.csr")
        self._openssl("x509", "-req", "-days", "2", "-in", f"{name}.csr", "-CA", f"{by}.pem", "-CAkey", f"{by}.key",
                      "-CAcreateserial", "-extfile", "extensions", "-out", f"{name}.pem")
        self.readable(f"{name}.pem", f"{name}.key")

    def put(self, text, name="web.yaml"):
        """A file, as a whole or not at all."""
        new = self.directory / f"{name}.new"
        new.write_text(text)
        new.chmod(0o644)
        new.rename(self.directory / name)

    def become(self, name):
        """The server's certificate and key are that one's from now on."""
        for kind in "key", "pem":
            self.put((self.directory / f"{name}.{kind}").read_text(), f"server.{kind}")

    def curl(self, *arguments):
        """What it said: the codes of all answers, with "000" for none."""
        said = subprocess.run(["curl", "--noproxy", "*", "-s", "-m", "20", "-o", "/dev/null", "-w", "%{http_code} ",
                               *arguments], cwd=self.directory, stdout=subprocess.PIPE, text=True, check=False)
        return [int(code) for code in said.stdout.split()]

    def handshake(self, where, *options):
        """Whether openssl and the server agree on a connection, and what openssl said."""
        said = subprocess.run(["openssl", "s_client", "-connect", where, "-CAfile", "ca.pem", *options],
                              cwd=self.directory, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=30, check=False)
        return "Cipher is (NONE)" not in said.stdout and "Cipher is" in said.stdout, said.stdout
