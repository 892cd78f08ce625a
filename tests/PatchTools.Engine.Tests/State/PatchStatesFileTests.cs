using System.Text;
using PatchTools.Engine.Tests.Reporting;
using PatchTools.Files;
using PatchTools.Model;
using PatchTools.Reports.Saving;
using PatchTools.Testing;
using Xunit;

#pragma warning disable CA1416 // Linux only, as the module.

namespace PatchTools.Engine.Tests.State;

/// <summary>The reading table of reference 06 §6, QUIRKs in their correct reading.</summary>
public sealed class PatchStatesFileTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly RecordingObserver _observer = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("""{"patchStates": null}""")]
    [InlineData("""{"patchStates": null, "lastNoRebootInstallOperationTime": null}""")]
    [InlineData("""{"patchStates": {}, "lastNoRebootInstallOperationTime": 0}""")]
    [InlineData("""{"lastNoRebootInstallOperationTime": "0"}""")]
    public void Nothing_known_is_no_damage(string? content)
    {
        var reading = Read(content);
        Assert.Empty(reading.States.States);
        Assert.Equal(0, reading.States.LastNoRebootInstallOperationTime);
        Assert.Null(reading.Warning);
        Assert.False(reading.IsDamaged);
    }

    [Theory]
    [InlineData("{ not json")]
    [InlineData("[]")]
    [InlineData("5")]
    [InlineData(" ")]
    [InlineData("""{"lastNoRebootInstallOperationTime": "soon"}""")]
    [InlineData("""{"lastNoRebootInstallOperationTime": []}""")]
    [InlineData("""{"lastNoRebootInstallOperationTime": -1}""")]
    [InlineData("""{"lastNoRebootInstallOperationTime": 99999999999}""")]
    [InlineData("""{"lastNoRebootInstallOperationTime": 1e400}""")]
    [InlineData("""{"patchStates": []}""")]
    [InlineData("""{"patchStates": {"a": 1}}""")]
    [InlineData("""{"patchStates": {"\ud800": {}}}""")]
    public void Damage_is_a_warning_and_the_file_is_kept_elsewhere_when_it_is_replaced(string content)
    {
        var file = File();
        var reading = Read(content);
        Assert.Same(StoredPatchStates.Empty, reading.States);
        Assert.True(reading.IsDamaged);
        Assert.Contains(file.Path, reading.Warning, StringComparison.Ordinal);
        Assert.Equal(content, System.IO.File.ReadAllText(file.Path));

        var foreign = _directory.File("ssm/patch-configuration/foreign.json");
        System.IO.File.WriteAllText(foreign, "stays");
        file.Write(StoredPatchStates.Empty);
        Assert.Equal(new[] { foreign, file.Path }.Order(), Directory.GetFiles(Path.GetDirectoryName(foreign)!).Order());
        var kept = Assert.Single(Directory.GetFiles(Path.Combine(_directory.Path, "data", "damaged")));
        Assert.Equal("patch-states-configuration.json.damaged-20240102T030506Z", Path.GetFileName(kept));
        Assert.Equal(content, System.IO.File.ReadAllText(kept));
        Assert.Equal(AtomicFile.PrivateFile, System.IO.File.GetUnixFileMode(kept));
        Assert.Equal(AtomicFile.PrivateDirectory, System.IO.File.GetUnixFileMode(Path.GetDirectoryName(kept)!));
        Assert.Contains(_observer.Warnings, w => w.Contains(kept, StringComparison.Ordinal));
        Assert.False(file.Read().IsDamaged);
    }

    [Fact]
    public void Of_a_damaged_file_without_end_only_the_beginning_is_kept()
    {
        var file = File();
        using (var damaged = System.IO.File.OpenWrite(_directory.File("ssm/patch-configuration/x")))
            damaged.SetLength(1L << 40);
        System.IO.File.Move(_directory.File("ssm/patch-configuration/x"), file.Path, overwrite: true);

        Assert.True(file.Read().IsDamaged);
        file.Write(StoredPatchStates.Empty);

        var kept = Assert.Single(Directory.GetFiles(Path.Combine(_directory.Path, "data", "damaged")));
        Assert.Equal(16 << 20, new FileInfo(kept).Length);
        Assert.False(file.Read().IsDamaged);
    }

    [Theory]
    [InlineData("\"5\"", 5)]
    [InlineData("5", 5)]
    [InlineData("1704164706", 1704164706)]
    [InlineData("1704164700.75", 1704164700)]
    public void A_time_as_text_is_converted(string time, long seconds) =>
        Assert.Equal(
            seconds,
            Read(
                $$"""{"patchStates": {}, "lastNoRebootInstallOperationTime": {{time}}}"""
            ).States.LastNoRebootInstallOperationTime
        );

    [Fact]
    public void The_time_of_the_last_install_is_kept_unchanged_in_every_time_zone()
    {
        var report = ReportSamples.UbuntuScan(
            new StoredPatchStates(new Dictionary<string, StoredPatchState>(), 1704160000)
        );
        Assert.Equal(1704160000, PatchStatesFile.StatesOf(report).LastNoRebootInstallOperationTime);
    }

    [Fact]
    public void At_most_ten_damaged_files_are_kept()
    {
        for (var i = 0; i < 12; i++)
        {
            Put("{ damaged " + i);
            File().Write(StoredPatchStates.Empty);
        }

        var kept = Directory.GetFiles(Path.Combine(_directory.Path, "data", "damaged"));
        Assert.Equal(10, kept.Length);
        Assert.Equal(2, _observer.Warnings.Count(w => w.Contains("was deleted", StringComparison.Ordinal)));
    }

    [Fact]
    public void Same_title_in_a_later_list_overwrites_in_place()
    {
        var report = ReportSamples.Report([]) with
        {
            Findings =
            [
                ReportSamples.Finding("a.amd64", "1", PatchState.Installed),
                ReportSamples.Finding("b.amd64", "1", PatchState.Installed),
                ReportSamples.Finding("a.amd64", "1", PatchState.InstalledRejected),
                ReportSamples.Finding("c.amd64", "1", PatchState.Missing),
            ],
        };
        Assert.Equal(
            [("a.amd64:1", "InstalledRejected"), ("b.amd64:1", "Installed")],
            PatchStatesFile.StatesOf(report).States.Select(s => (s.Key, s.Value.State))
        );
    }

    [Theory]
    [InlineData("scan-default")]
    [InlineData("scan-prior-installed-time")]
    [InlineData("install-clean-noreboot")]
    [InlineData("dnf-scan-default")]
    public void Recorded_files_are_written_back_byte_for_byte(string name)
    {
        var recorded = System.IO.File.ReadAllBytes(ReportSamples.Recorded($"{name}/patch-states-configuration.json"));
        Assert.Equal(
            Encoding.UTF8.GetString(recorded),
            Encoding.UTF8.GetString(
                PatchStatesFile.Serialize(
                    PatchStatesFile.Parse(recorded, new DateTimeOffset(2027, 1, 1, 0, 0, 0, TimeSpan.Zero))
                )
            )
        );
    }

    [Fact]
    public void Ten_thousand_mutilated_files_are_read_or_called_damaged()
    {
        var seeds = new[]
        {
            "scan-prior-pending-reboot/prior-patch-states-configuration.json",
            "scan-default/patch-states-configuration.json",
        }
            .Select(f => System.IO.File.ReadAllBytes(ReportSamples.Recorded(f)))
            .ToArray();
        int read = 0,
            damaged = 0;
        foreach (var content in Mutilated.Cases(seeds, 10_000, seed: 20240102))
        {
            try
            {
                var states = PatchStatesFile.Parse(content, ReportSamples.End.AddYears(3));
                _ = PatchStatesFile.Serialize(states);
                foreach (var (_, state) in states.States)
                    _ = ReportTime.Of(state.InstalledTime);
                read++;
            }
            catch (InvalidDataException)
            {
                damaged++;
            }
        }

        Assert.Equal(10_000, read + damaged);
        Assert.True(read > 500 && damaged > 500, $"{read} read, {damaged} damaged");
    }

    private PatchStatesReading Read(string? content)
    {
        if (content is not null)
            Put(content);
        return File().Read();
    }

    private void Put(string content) =>
        System.IO.File.WriteAllText(
            _directory.File("ssm/patch-configuration/patch-states-configuration.json"),
            content
        );

    private PatchStatesFile File() => new(ReportSamples.Host(_directory.Path), _observer);
}
