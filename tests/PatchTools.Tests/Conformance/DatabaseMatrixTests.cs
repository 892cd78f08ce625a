#pragma warning disable CA1416 // Linux only, as the module.

using System.Text;
using PatchTools.Errors;
using PatchTools.Testing.Rigs;

namespace PatchTools.Tests.Conformance;

/// <summary>
/// A package database that is not whole, on every family: an error that names the file, or nothing proven. A report of
/// no package would be green.
/// </summary>
[Collection(ProcessEnvironment.Name)]
public sealed class DatabaseMatrixTests
{
    private const string SomePackages = "\u0001packages\u0001";

    private static readonly Dictionary<string, (string[] Families, Action<MatrixHost> Spoil)> s_rows = new()
    {
        ["gone"] = (MatrixRows.All, host => File.Delete(host.Database)),
        ["empty"] = (MatrixRows.All, Content(_ => [])),
        ["zeros"] = (MatrixRows.All, Content(bytes => new byte[bytes.Length])),
        ["cut in the middle"] = (MatrixRows.All, Content(bytes => bytes[..(bytes.Length / 2)])),
        ["cut after a page"] = (["dnf", "yum", "zypper"], Content(bytes => bytes[..4096])),
        ["zeros from the middle on"] = (
            MatrixRows.All,
            Content(bytes => [.. bytes[..(bytes.Length / 2)], .. new byte[bytes.Length - bytes.Length / 2]])
        ),
        ["random bytes"] = (
            MatrixRows.All,
            Content(bytes =>
            {
                new Random(20261201).NextBytes(bytes);
                return bytes;
            })
        ),
        ["a web page"] = (MatrixRows.All, Content(_ => "<!DOCTYPE html>\n<html>404 Not Found</html>\n"u8.ToArray())),
        ["UTF-16"] = (
            ["apt"],
            Content(bytes => [0xff, 0xfe, .. Encoding.Unicode.GetBytes(Encoding.UTF8.GetString(bytes))])
        ),
        ["CRLF"] = (["apt"], Text(text => text.Replace("\n", "\r\n", StringComparison.Ordinal))),
        ["no Status anywhere"] = (["apt"], Text(text => Without(text, "Status:"))),
        ["every package only wanted away"] = (["apt"], Text(text => WithStatus(text, "deinstall ok config-files"))),
        ["every package not installed"] = (["apt"], Text(text => WithStatus(text, "install ok not-installed"))),
        ["a FIFO"] = (
            MatrixRows.All,
            host =>
            {
                File.Delete(host.Database);
                RigProcess.Run("mkfifo", host.Database).Expect();
            }
        ),
        ["a directory"] = (
            MatrixRows.All,
            host =>
            {
                File.Delete(host.Database);
                Directory.CreateDirectory(host.Database);
            }
        ),
        ["a link that leads nowhere"] = (
            MatrixRows.All,
            host =>
            {
                File.Delete(host.Database);
                File.CreateSymbolicLink(host.Database, "nowhere");
            }
        ),
        ["rpm answers nothing"] = (["dnf", "yum", "zypper"], Rpm("", "", 0)),
        ["rpm answers half of a package"] = (["dnf", "yum", "zypper"], Rpm("r-dep-app\u001fx86_64\u001f0", "", 0)),
        ["rpm answers something else"] = (["dnf", "yum", "zypper"], Rpm("hello\u001e", "", 0)),
        ["rpm answers keys alone"] = (
            ["dnf", "yum", "zypper"],
            Rpm("gpg-pubkey\u001f(none)\u001f0\u001f8483c65d\u001f5ccc5b19\u001f1\u001f1\u001f(none)\u001e", "", 0)
        ),
        ["rpm answers and complains"] = (
            ["dnf", "yum", "zypper"],
            Rpm(SomePackages, "error: rpmdbNextIterator: skipping h#       7 Header V3 RSA/SHA256 Signature: BAD", 0)
        ),
        ["rpm complains in Berkeley DB's way"] = (
            ["dnf", "yum", "zypper"],
            Rpm(SomePackages, "rpmdb: BDB0113 Thread/process 7/140 failed: BDB1507 Thread died", 0)
        ),
        ["rpm fails"] = (["dnf", "yum", "zypper"], Rpm("", "error: cannot open Packages database", 1)),
    };

    public static TheoryData<string, string> Rows =>
        MatrixRows.Pairs(s_rows.Select(row => (row.Key, row.Value.Families)));

    [Theory]
    [MemberData(nameof(Rows))]
    public void What_may_not_be_every_package_is_an_error_or_proves_nothing(string row, string family)
    {
        MatrixHost.NeedsTools(family);
        using var host = new MatrixHost(family);
        host.Rules(MatrixHost.Rule(true));
        s_rows[row].Spoil(host);

        var seen = MatrixSight.Of(host);

        Assert.Equal(0, seen.Uploads);
        Assert.NotEqual(0, seen.ScanExit);
        Assert.NotEqual(true, seen.Quiet);
        if (seen.Report is { } report)
        {
            Assert.Equal(ComplianceVerdict.NotProven, report.Verdict);
            Assert.NotEmpty(report.Inventory.Installed);
            Assert.Equal("NotProven", Assert.Single(seen.JUnitErrors));
            Assert.Contains("class=\"verdict NotProven\"", seen.Page, StringComparison.Ordinal);
            Assert.Equal((PatchErrors.MetadataNotProven.Id, 1), (seen.ScanError, seen.ScanExit));
            return;
        }

        Assert.Contains(
            seen.ScanError,
            new[]
            {
                PatchErrors.PackageDatabaseUnreadable.Id,
                PatchErrors.PackageManagerNotFound.Id,
                PatchErrors.NotPlainFile.Id,
            }
        );
        Assert.Contains(host.IsRpm ? "rpm" : "status", seen.ScanMessage, StringComparison.Ordinal);
        Assert.False(seen.IsSaved);
    }

    private static Action<MatrixHost> Content(Func<byte[], byte[]> content) =>
        host => host.Rewrite([host.Database], content);

    private static Action<MatrixHost> Text(Func<string, string> text) =>
        host => host.RewriteText([host.Database], text);

    private static string WithStatus(string text, string status) =>
        string.Join(
            '\n',
            text.Split('\n')
                .Select(line => line.StartsWith("Status:", StringComparison.Ordinal) ? $"Status: {status}" : line)
        );

    private static string Without(string text, string field) =>
        string.Join('\n', text.Split('\n').Where(line => !line.StartsWith(field, StringComparison.Ordinal)));

    /// <summary>Another rpm answers, as one does whose database it cannot read whole.</summary>
    private static Action<MatrixHost> Rpm(string answer, string complaint, int exitCode) =>
        host =>
        {
            // Root runs only what is root's alone, and temporary files are in a directory of everybody's.
            host.IsRoot = false;
            host.Programs = host.Place("programs");
            var packages = string.Concat(
                Enumerable
                    .Range(0, 5)
                    .Select(i =>
                        $"p{i}\u001fx86_64\u001f0\u001f1.0\u001f1\u001f1767916800\u001f1767225600\u001fRig\u001e"
                    )
            );
            host.Write("answer", answer == SomePackages ? packages : answer);
            host.Write("complaint", complaint.Length > 0 ? complaint + "\n" : "");
            host.Write(
                "programs/rpm",
                $"""
                #!/bin/sh
                case " $* " in *" -qa "*) cat {host.Place("answer")}; cat {host.Place(
                    "complaint"
                )} >&2; exit {exitCode};; esac

                """
            );
            File.SetUnixFileMode(
                host.Place("programs/rpm"),
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            );
        };
}
