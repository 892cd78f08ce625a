namespace PatchTools.Families.Dnf.Commands;

/// <summary>What a transaction's output says of its failures and their causes.</summary>
internal sealed partial record DnfTranscript
{
    /// <summary>
    /// Reason by bare package name: a scriptlet that must succeed, unpacking, a file of another package, a signature.
    /// </summary>
    public required IReadOnlyDictionary<string, string> PackageFailures { get; init; }

    /// <summary>
    /// Reason by bare package name: a file that could not be fetched or is not what the repository promised.
    /// </summary>
    public required IReadOnlyDictionary<string, string> DownloadFailures { get; init; }

    /// <summary>
    /// Packages of <see cref="PackageFailures"/> whose signature is missing or of nobody the host trusts.
    /// </summary>
    public required IReadOnlySet<string> NotAuthenticated { get; init; }

    /// <summary>Scriptlets that failed after their package was installed: to rpm a warning.</summary>
    public required IReadOnlyList<string> ScriptWarnings { get; init; }

    /// <summary>
    /// Scriptlets of replaced versions that failed: the new version is installed, and the tool calls the transaction
    /// failed.
    /// </summary>
    public required IReadOnlyList<string> ScriptFailures { get; init; }

    /// <summary>rpm's database was locked at the last moment.</summary>
    public required bool IsLocked { get; init; }

    /// <summary>A file system ran full while unpacking.</summary>
    public required string? DiskFull { get; init; }

    /// <summary>The download directory is too small for all at once: fewer at a time may fit.</summary>
    public required bool HasNoRoomForDownloads { get; init; }

    /// <summary>The tool's last error; null when it gave none.</summary>
    public required string? Reason { get; init; }

    // dnf 4.14.0, rpm 4.18.0. A %pre that fails keeps the old version; a %post that fails is a warning, and dnf ends
    // with 0; a %preun of the old version that fails leaves both versions in the database:
    //     Running scriptlet: s-pre-1.1-1.x86_64                                     1/2
    //   not today
    //   error: %prein(s-pre-1.1-1.x86_64) scriptlet failed, exit status 1
    //
    //   Error in PREIN scriptlet in rpm package s-pre
    //   warning: %post(s-post-1.1-1.x86_64) scriptlet failed, exit status 3
    //   error: %preun(s-old-1.0-2.x86_64) scriptlet failed, exit status 4
    //   Failed:
    //     s-pre-1.0-1.x86_64                       s-pre-1.1-1.x86_64
    //
    //   Error: Transaction failed
    // Before anything is changed:
    //   Error: Transaction test error:
    //     file /usr/share/x from install of s-b-1.1-1.x86_64 conflicts with file from package s-a-1.0-1.x86_64
    //     installing package s-big-1.1-1.x86_64 needs 101MB more space on the / filesystem
    //   Package s-plain-1.1-1.x86_64.rpm is not signed
    //   Public key for s-signed-1.1-1.x86_64.rpm is not installed. Failing package is: s-signed-1.1-1.x86_64
    //   Error: GPG check FAILED
    //   [MIRROR] s-gone-1.1-1.x86_64.rpm: Status code: 404 for http://127.0.0.1:8000/s-gone-1.1-1.x86_64.rpm (IP: 127.0.0.1)
    // [MIRROR] s-bad-1.1-1.x86_64.rpm: Downloading successful, but checksum doesn't match. Calculated: 4b97…(sha256)
    // Expected: cffa…(sha256)
    //   [FAILED] s-gone-1.1-1.x86_64.rpm: No more mirrors to try - All mirrors were already tried without success
    //   Error: Error downloading packages:
    //     s-gone-1.1-1.x86_64: Cannot download, all mirrors were already tried without success
    //   RPM: error: can't create transaction lock on /var/lib/rpm/.rpm.lock (Resource temporarily unavailable)
    // rpm while unpacking:
    //   error: unpacking of archive failed on file /usr/share/big;65f: cpio: write failed - No space left on device
    //   error: s-big-1.1-1.x86_64: install failed
    // yum 3.4.3, rpm 4.11. Packages with the epoch before the name, failed ones as name.arch epoch:version-release;
    // errors that end it without "Error:". That a key is not installed is said before it is imported, too:
    //   Public key for postgresql10-10.11-2PGDG.rhel7.x86_64.rpm is not installed
    //   Importing GPG key 0x442DF0F8:
    //   Running transaction check
    //   Error downloading packages:
    //     1:mariadb-server-5.5.68-1.el7.x86_64: [Errno 256] No more mirrors to try.
    //   Package ot-recorder-0.7.6-1.x86_64.rpm is not signed
    //   Transaction check error:
    //     file /usr/share/x from install of s-b-1.1-1.x86_64 conflicts with file from package s-a-1.0-1.x86_64
    //   Error unpacking rpm package setup-2.8.71-10.el7.noarch
    //   error: unpacking of archive failed on file /etc/hosts: cpio: rename
    //   error: setup-2.8.71-10.el7.noarch: install failed
    //   2:container-selinux-2.119.2-1.911c772.el7_8.noarch was supposed to be installed but is not!
    //   Failed:
    //     setup.noarch 0:2.8.71-10.el7
    //   Another app is currently holding the yum lock; exiting as configured by exit_on_lock
    // dnf5 5.2 and 5.4. A message follows the line of the package that it is about:
    //   [1/2] s-gone-0:1.1-1.x86_64             100% |   0.0   B/s |   0.0   B |  00m00s
    //   >>> Status code: 404 for https://repo.example.com/s-gone-1.1-1.x86_64.rpm (IP: 192.0.2.1) - https://repo.example.com/s-gone-1.1-1.x86_64.rpm
    //   >>> No more mirrors to try - All mirrors were already tried without success
    //   >>> Running %pre scriptlet: Package-pre-fail-0:1.0-1.x86_64
    //   >>> Error in %pre scriptlet: Package-pre-fail-0:1.0-1.x86_64
    //   >>> Non-critical error in post-transaction scriptlet: kernel-core-0:6.14.3-200.fc41.x86_64
    // From 5.3 on with the words, and rpm's own line:
    //   >>> Error in %pre scriptlet: s-bad-0:1.1-1.x86_64
    //   >>> Scriptlet output:
    //   >>> the database is locked
    //   >>>
    //   >>> [RPM] %prein(s-bad-1.1-1.x86_64) scriptlet failed, exit status 3
    //   Transaction failed: Rpm transaction failed.
    //   Transaction failed: Signature verification failed.
    // OpenPGP check for package "xpra-html5-19-1.r1.fc42.noarch"
    // (/var/cache/libdnf5/…/xpra-html5-19-1.r1.fc42.noarch.rpm) from repo "xpra" has failed: The package is not signed.
    public static DnfTranscript Parse(string output) => new Reader(output).Whole();

    /// <summary>Addresses of repositories may carry passwords and signatures, and do not help.</summary>
    public static string WithoutAddress(string text) =>
        Address().Replace(text[..EndOfReason(text)], "(address)").Trim();

    private static int EndOfReason(string text)
    {
        if (text.IndexOf(". Calculated:", StringComparison.Ordinal) is var sums and > 0)
            return sums;
        return text.IndexOf(" for http", StringComparison.Ordinal) is var address and > 0 ? address : text.Length;
    }
}
