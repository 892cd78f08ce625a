using System.Text;
using PatchTools.Errors;
using Xunit;
using static PatchTools.Engine.Tests.PackageManagers.Apt.AptRoot;

namespace PatchTools.Engine.Tests.PackageManagers.Apt;

/// <summary>
/// dpkg's database in every state: what dpkg-query refuses is an error with the place, what it reads is read, and never
/// is there a report of nothing.
/// </summary>
public sealed class DpkgDatabaseTests : IDisposable
{
    private static readonly string s_good = string.Concat(
        Enumerable.Range(0, 4).Select(i => Installed($"p{i}", $"1.{i}"))
    );

    private readonly AptRoot _root = new("amd64");

    public void Dispose() => _root.Dispose();

    public static TheoryData<string, string> Refused() =>
        new()
        {
            { "empty", "is empty" },
            { "zeros", "only zero bytes" },
            { "zeros in the middle", "line " },
            { "zeros at the end", "line " },
            { "zeros behind", "line " },
            { "cut in a field", "cut off" },
            { "cut in a value", "cut off" },
            { "cut before the last line end", "cut off" },
            { "UTF-16", "UTF-16" },
            { "UTF-16 without a mark", "line " },
            { "byte order mark", "byte order mark" },
            { "CRLF", "Windows" },
            { "random", "line " },
            { "a line that is not a field", "line 3" },
            { "text behind", "line " },
            { "a status that is none", "'install ok banana'" },
            { "no version", "no Version" },
            { "no package", "without Package" },
            { "twice", "twice" },
            { "two versions", "second Version" },
            { "a web page", "line 1" },
        };

    public static TheoryData<string> Read() =>
        [
            "as it is",
            "no empty line at the end",
            "empty lines between",
            "empty lines before",
            "status first",
            "lower case",
            "tabs",
            "a zero in a description",
            "Latin-1",
            "a carriage return in a description",
            "no maintainer",
            "no architecture",
            "end of file character",
        ];

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task What_dpkg_refuses_is_an_error_that_names_file_and_place(string what, string place)
    {
        Write(Changed(what));
        if (what != "empty")
            Assert.NotEqual(0, Query().ExitCode);

        var error = await Assert.ThrowsAsync<PatchToolsException>(() => _root.ReadAsync());

        Assert.Same(PatchErrors.PackageDatabaseUnreadable, error.Error);
        Assert.Contains("var/lib/dpkg/status", error.Message, StringComparison.Ordinal);
        Assert.Contains(place, error.Message, StringComparison.Ordinal);
        Assert.Contains("/var/backups", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Read))]
    public async Task What_dpkg_reads_is_read(string what)
    {
        Write(Changed(what));
        var (exitCode, output, error) = Query();
        Assert.True(exitCode == 0, error);

        var inventory = await _root.ReadAsync();

        Assert.Equal(output, string.Concat(inventory.Installed.Select(p => $"{p.Name} {p.Edition};")));
        Assert.Equal(4, inventory.Installed.Count);
        Assert.Equal(what.Contains("zero", StringComparison.Ordinal) ? 1 : 0, inventory.Doubts.Count);
    }

    [Theory]
    [InlineData("deinstall ok config-files")]
    [InlineData("purge ok not-installed")]
    public async Task A_database_without_one_installed_package_is_an_error(string status)
    {
        _root.Write("var/lib/dpkg/status", Installed("p", "1.0", status: status));

        var error = await Assert.ThrowsAsync<PatchToolsException>(() => _root.ReadAsync());

        Assert.Same(PatchErrors.PackageDatabaseUnreadable, error.Error);
        Assert.Contains("no installed package", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_package_without_status_is_not_installed_and_a_doubt()
    {
        _root.Write(
            "var/lib/dpkg/status",
            s_good.Replace("Package: p1\nStatus: install ok installed\n", "Package: p1\n", StringComparison.Ordinal)
        );

        var inventory = await _root.ReadAsync();

        Assert.Equal(["p0", "p2", "p3"], inventory.Installed.Select(p => p.Name));
        Assert.Contains("p1", Assert.Single(inventory.Doubts), StringComparison.Ordinal);
        Assert.False(inventory.IsProven);
    }

    [Fact]
    public async Task A_last_paragraph_that_ends_too_early_is_a_doubt()
    {
        _root.Write("var/lib/dpkg/status", s_good[..s_good.LastIndexOf("Description", StringComparison.Ordinal)]);

        var inventory = await _root.ReadAsync();

        Assert.Equal(4, inventory.Installed.Count);
        Assert.Contains("cut off", Assert.Single(inventory.Doubts), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Changes_of_the_journal_count_as_dpkg_counts_them()
    {
        Write(Encoding.UTF8.GetBytes(s_good));
        _root.Write("var/lib/dpkg/updates/0001", Installed("p1", "2.0", status: "install ok unpacked"));
        _root.Write("var/lib/dpkg/updates/0002", Installed("p1", "2.0", status: "install ok half-configured"));
        _root.Write(
            "var/lib/dpkg/updates/0003",
            "Package: p2\nStatus: purge ok not-installed\nPriority: optional\nSection: misc\nArchitecture: amd64\n\n"
        );
        _root.Write("var/lib/dpkg/updates/tmp.i", "#padding\n");

        var inventory = await _root.ReadAsync();

        Assert.Equal(
            ["p0 1.0 install ok installed", "p1 2.0 install ok half-configured", "p3 1.3 install ok installed"],
            inventory.Installed.Select(p => $"{p.Name} {p.Edition} {p.Status}").Order(StringComparer.Ordinal)
        );
        Assert.Empty(inventory.Doubts);
        Assert.Contains(inventory.Cautions, c => c.Contains("p1 (half-configured)", StringComparison.Ordinal));
        Assert.Contains(inventory.Cautions, c => c.Contains("updates", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_journal_that_cannot_be_read_is_a_doubt()
    {
        Write(Encoding.UTF8.GetBytes(s_good));
        _root.Write("var/lib/dpkg/updates/0001", "Package: p1\nStat");

        var inventory = await _root.ReadAsync();

        Assert.Equal(4, inventory.Installed.Count);
        Assert.Contains("updates/0001", Assert.Single(inventory.Doubts), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("install ok half-configured", "p1 (half-configured)")]
    [InlineData("install ok unpacked", "p1 (unpacked)")]
    [InlineData("install reinstreq half-installed", "p1 (half-installed, reinstreq)")]
    [InlineData("install ok triggers-awaited", "p1 (triggers-awaited)")]
    [InlineData("install ok triggers-pending", "p1 (triggers-pending)")]
    [InlineData("hold reinstreq installed", "p1 (installed, reinstreq)")]
    public async Task Quirk_packages_that_are_not_completely_installed_are_named_beside_the_verdict_and_reported(
        string status,
        string named
    )
    {
        _root.Write(
            "var/lib/dpkg/status",
            s_good.Replace(
                "Package: p1\nStatus: install ok installed",
                $"Package: p1\nStatus: {status}",
                StringComparison.Ordinal
            )
        );

        var inventory = await _root.ReadAsync();

        Assert.Contains(named, Assert.Single(inventory.Cautions), StringComparison.Ordinal);
        Assert.Empty(inventory.Doubts);
        Assert.Equal(["p0", "p1", "p2", "p3"], inventory.Installed.Select(p => p.Name));
    }

    [Theory]
    [InlineData("Depends: nothing", "a needs nothing")]
    [InlineData("Depends: b (>= 2)", "a needs b (>= 2)")]
    [InlineData("Pre-Depends: b (<< 1.0)", "a needs b (<< 1.0)")]
    [InlineData("Depends: x | y,\n z", "a needs x | y, a needs z")]
    [InlineData("Depends: virtual (>= 4)", "a needs virtual (>= 4)")]
    [InlineData("Depends: plain (>= 1)", "a needs plain (>= 1)")]
    public async Task Unmet_dependencies_are_named_as_apt_check_finds_them(string field, string named)
    {
        Dependencies(field);
        Assert.NotEqual(0, _root.Run("apt-get", "check").ExitCode);

        var caution = Assert.Single((await _root.ReadAsync()).Cautions);

        Assert.Contains(named, caution, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Depends: b, b (>= 1.0), b (= 1.0), b (<= 1.0)")]
    [InlineData("Depends: x | b")]
    [InlineData("Depends: virtual, virtual (>= 2), virtual (= 3), plain")]
    [InlineData("Depends: b:any | b")]
    [InlineData("Pre-Depends: b (>> 0.9~)")]
    public async Task What_apt_check_finds_in_order_is_not_named(string field)
    {
        Dependencies(field);
        var (exitCode, _, error) = _root.Run("apt-get", "check");
        Assert.True(exitCode == 0, error);

        Assert.Empty((await _root.ReadAsync()).Cautions);
    }

    private void Dependencies(string field) =>
        _root.Write(
            "var/lib/dpkg/status",
            Installed("a", "1.0", more: field + "\n")
                + Installed("b", "1.0", more: "Provides: virtual (= 3), plain\n")
                + Installed("gone", "1.0", status: "deinstall ok config-files", more: "Depends: nowhere\n")
        );

    private (int ExitCode, string Output, string Error) Query() =>
        _root.Run(
            "dpkg-query",
            $"--admindir={Path.Combine(_root.Root, "var/lib/dpkg")}",
            "-W",
            "-f",
            "${Package} ${Version};"
        );

    private void Write(byte[] status) => File.WriteAllBytes(Path.Combine(_root.Root, "var/lib/dpkg/status"), status);

    private static byte[] Changed(string what)
    {
        var good = Encoding.UTF8.GetBytes(s_good);
        string Replace(string old, string with) => s_good.Replace(old, with, StringComparison.Ordinal);
        var text = what switch
        {
            "empty" => "",
            "cut in a field" => s_good[..(s_good.LastIndexOf("Version", StringComparison.Ordinal) + 4)],
            "cut in a value" => s_good[..(s_good.LastIndexOf("Version", StringComparison.Ordinal) + 10)],
            "cut before the last line end" => s_good[..^2],
            "CRLF" => Replace("\n", "\r\n"),
            "a line that is not a field" => Replace("Priority: optional", "hello world"),
            "text behind" => s_good + "hello world\n",
            "a status that is none" => Replace("install ok installed", "install ok banana"),
            "no version" => Replace("Version: 1.1\n", ""),
            "no package" => Replace("Package: p1\n", ""),
            "twice" => s_good + Installed("p0", "1.0"),
            "two versions" => Replace("Version: 1.1\n", "Version: 1.1\nVersion: 1.1\n"),
            "a web page" => "<html><body>Not found</body></html>\n",
            "no empty line at the end" => s_good[..^1],
            "empty lines between" => Replace("\n\n", "\n\n\n"),
            "empty lines before" => "\n\n" + s_good,
            "status first" => Replace(
                "Package: p0\nStatus: install ok installed\n",
                "Status: install ok installed\nPackage: p0\n"
            ),
            "lower case" => Replace("Package:", "package:").Replace("Status:", "status:", StringComparison.Ordinal),
            "tabs" => Replace("Version: ", "Version:\t"),
            "a zero in a description" => Replace("Description: p1", "Description: p\01"),
            "a carriage return in a description" => Replace("Description: p1\n", "Description: p1\n more\r\n"),
            "no maintainer" => Replace("Maintainer: Nobody <nobody@example.org>\n", ""),
            "no architecture" => Replace("Architecture: amd64\nVersion: 1.1", "Version: 1.1"),
            "end of file character" => s_good + "\u001a",
            _ => s_good,
        };
        var random = new byte[2000];
        new Random(20261130).NextBytes(random);
        return what switch
        {
            "zeros" => new byte[good.Length],
            "zeros in the middle" => [.. good[..200], .. new byte[200], .. good[400..]],
            "zeros at the end" => [.. good[..^200], .. new byte[200]],
            "zeros behind" => [.. good, .. new byte[200]],
            "UTF-16" => [.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes(s_good)],
            "UTF-16 without a mark" => Encoding.BigEndianUnicode.GetBytes(s_good),
            "byte order mark" => [.. Encoding.UTF8.GetPreamble(), .. good],
            "random" => random,
            "Latin-1" => Encoding.Latin1.GetBytes(Replace("Description: p1", "Description: ö")),
            _ => Encoding.UTF8.GetBytes(text),
        };
    }
}
