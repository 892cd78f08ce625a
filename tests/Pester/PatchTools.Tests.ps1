#requires -Version 7.4
#requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.5.0' }

# Runs in the real shell, after a build, against the staged module in artifacts/PatchTools:
#     Invoke-Pester -Path tests/Pester
# Needs neither root nor network nor apt: every host is the folder Fixtures/debian.

BeforeDiscovery {
    $cmdlets = @(
        @{ Name = 'Export-PatchBaseline'; Writes = 'System.IO.FileInfo'; Default = 'Baseline'; Mandatory = @('Baseline', 'Path'); Asks = $true }
        @{ Name = 'Export-PatchInventory'; Writes = 'System.IO.FileInfo'; Default = 'Inventory'; Mandatory = @('Inventory', 'Path'); Asks = $true }
        @{ Name = 'Export-PatchReport'; Writes = 'System.IO.FileInfo'; Default = 'Report'; Mandatory = @('Path', 'Report'); Asks = $true }
        @{ Name = 'Get-PatchFleetCompliance'; Writes = 'PatchTools.InstanceCompliance'; Default = 'Fleet'; Mandatory = @(); Asks = $false }
        @{ Name = 'Get-PatchInventory'; Writes = 'PatchTools.HostInventory'; Default = 'Host'; Mandatory = @(); Asks = $false }
        @{ Name = 'Get-PatchPlan'; Writes = 'PatchTools.InstallPlan'; Default = 'Snapshot'; Mandatory = @('Snapshot'); Asks = $false }
        @{ Name = 'Get-PatchSnapshot'; Writes = 'PatchTools.PatchSnapshot'; Default = 'Service'; Mandatory = @(); Asks = $false }
        @{ Name = 'Get-PatchSummary'; Writes = 'PatchTools.PatchSummary'; Default = 'Summary'; Mandatory = @(); Asks = $false }
        @{ Name = 'Invoke-PatchBaseline'; Writes = 'PatchTools.ComplianceReport'; Default = 'Service'; Mandatory = @('Operation'); Asks = $true }
        @{ Name = 'New-PatchApprovalRule'; Writes = 'PatchTools.ApprovalRule'; Default = 'Delay'; Mandatory = @(); Asks = $false }
        @{ Name = 'New-PatchBaseline'; Writes = 'PatchTools.PatchBaseline'; Default = 'Baseline'; Mandatory = @('Name'); Asks = $false }
        @{ Name = 'Publish-PatchSummary'; Writes = 'PatchTools.PublishReceipt'; Default = 'Report'; Mandatory = @('Report'); Asks = $true }
        @{ Name = 'Save-PatchPayload'; Writes = 'System.IO.FileInfo'; Default = 'Source'; Mandatory = @('Source', 'Sha256'); Asks = $true }
        @{ Name = 'Start-PatchFleetOperation'; Writes = 'PatchTools.FleetOperation'; Default = 'Fleet'; Mandatory = @('Operation'); Asks = $true }
        @{ Name = 'Test-PatchBaseline'; Writes = 'PatchTools.BaselineIssue'; Default = 'Baseline'; Mandatory = @('Baseline'); Asks = $false }
        @{ Name = 'Test-PatchCompliance'; Writes = 'PatchTools.ComplianceReport'; Default = 'Host'; Mandatory = @('Snapshot'); Asks = $false }
        @{ Name = 'Test-PatchRebootRequired'; Writes = 'PatchTools.RebootAssessment'; Default = 'Host'; Mandatory = @(); Asks = $false }
    )
}

BeforeAll {
    $root = (Resolve-Path (Join-Path $PSScriptRoot '..' '..')).Path
    $manifest = Join-Path $root 'artifacts' 'PatchTools' 'PatchTools.psd1'
    if (-not (Test-Path $manifest)) { throw "$manifest is missing: build first (dotnet build, or ./build.ps1)." }
    Import-Module $manifest -Force
    $baseline = Join-Path $PSScriptRoot 'Fixtures' 'baseline.json'
    $image = Join-Path $PSScriptRoot 'Fixtures' 'debian'
    # The shell that runs this file. As a .NET tool its process is dotnet, and the program beside its assemblies is missing.
    $shell = Join-Path $PSHOME 'pwsh'
    if (-not (Test-Path $shell)) { $shell = (Get-Command pwsh -CommandType Application -TotalCount 1).Source }

    # Package lists of a checkout are as old as the checkout.
    $anyAge = @{ MaxMetadataAge = 36500 }

    # A session whose own host is a folder: what Test, Invoke and Publish read and write when no -Root and no -StateDirectory says otherwise.
    function New-Composition([string] $HostRoot, [string] $State) {
        [PatchTools.CompositionOverride]@{
            Host = [PatchTools.Hosts.HostContext]@{
                IsRoot = $false
                Environment = [System.Collections.Generic.Dictionary[string, string]]::new()
                Paths = [PatchTools.Hosts.HostPaths]@{ Root = $HostRoot; StateDirectory = $State; DataDirectory = (Join-Path $State 'patchtools-data'); ProcDirectory = '/proc' }
            }
        }
    }

    function Get-StateFile([string] $State) {
        @(Get-ChildItem $State -Recurse -File -ErrorAction Ignore | ForEach-Object { [System.IO.Path]::GetRelativePath($State, $_.FullName) } | Sort-Object)
    }
}

AfterAll { Remove-Module PatchTools -ErrorAction Ignore }

Describe 'The module' {
    It 'imports without an AWS assembly' {
        $loaded = & $shell -NoProfile -Command "Import-Module '$manifest'; [AppDomain]::CurrentDomain.GetAssemblies().GetName().Name"
        $loaded | Should -Contain 'PatchTools'
        $loaded | Where-Object { $_ -like 'AWSSDK*' -or $_ -eq 'PatchTools.Adapters' } | Should -BeNullOrEmpty
    }

    It 'imports twice with -Force and works' {
        Import-Module $manifest -Force
        Import-Module $manifest -Force
        @(Get-Module PatchTools) | Should -HaveCount 1
        (Get-PatchSnapshot -Path $baseline).Baseline.Name | Should -Be 'Pester'
    }

    It 'comes back after it was removed' {
        Remove-Module PatchTools
        Get-Command Get-PatchSnapshot -ErrorAction Ignore | Should -BeNullOrEmpty
        Import-Module $manifest
        (Get-PatchSnapshot -Path $baseline).Baseline.Name | Should -Be 'Pester'
    }

    It 'imports without a word on any stream' {
        $said = & $shell -NoProfile -Command "`$VerbosePreference = 'SilentlyContinue'; Import-Module '$manifest' *>&1"
        $said | Should -BeNullOrEmpty
    }

    It 'exports the cmdlets of this list and nothing else' -TestCases @{ Names = $cmdlets.Name } {
        (Get-Command -Module PatchTools).Name | Sort-Object | Should -Be ($Names | Sort-Object)
        $module = Get-Module PatchTools
        $module.ExportedFunctions.Count | Should -Be 0
        $module.ExportedAliases.Count | Should -Be 0
        $module.ExportedVariables.Count | Should -Be 0
    }

    It 'has a valid manifest' {
        $tested = Test-ModuleManifest $manifest
        $tested.Name | Should -Be 'PatchTools'
        $tested.CompatiblePSEditions | Should -Be 'Core'
        $tested.Tags | Should -Contain 'Linux'
    }

    It 'uses approved verbs' {
        $approved = (Get-Verb).Verb
        (Get-Command -Module PatchTools).Verb | ForEach-Object { $_ | Should -BeIn $approved }
    }

    It 'brings the topic <_>' -ForEach 'about_PatchTools', 'about_PatchBaselines', 'about_PatchTools_Documents', 'about_PatchTools_Differences', 'about_PatchTools_ExitCodes' {
        (Get-Help $_ | Out-String) | Should -Match "TOPIC\s+$_"
    }

    It 'works in several runspaces at once' {
        $names = 1..3 | ForEach-Object -Parallel { Import-Module $using:manifest; (Get-PatchSnapshot -Path $using:baseline).Baseline.Name }
        $names | Should -Be @('Pester', 'Pester', 'Pester')
    }
}

Describe '<Name>' -ForEach $cmdlets {
    BeforeAll { $command = Get-Command $Name }

    It 'writes <Writes>' {
        $command.OutputType.Name | Should -Contain $Writes
    }

    It 'has the default parameter set <Default>' {
        $command.DefaultParameterSet | Should -Be $Default
    }

    It 'demands no more than it needs' {
        $set = $command.ParameterSets | Where-Object IsDefault
        ($set.Parameters | Where-Object IsMandatory).Name | Sort-Object | Should -Be ($Mandatory | Sort-Object)
    }

    It 'has a page with examples and every parameter described' {
        $help = Get-Help $Name -Full
        $help.Synopsis | Should -Not -Match '\[-'
        $help.Description.Text | Should -Not -BeNullOrEmpty
        @($help.examples.example).Count | Should -BeGreaterOrEqual 3
        $documented = (Get-Help $Name -Parameter *).name
        $command.Parameters.Values | Where-Object { $_.Name -notin [System.Management.Automation.Cmdlet]::CommonParameters } | ForEach-Object { $documented | Should -Contain $_.Name }
        (Get-Help $Name -Parameter *).description.Text | ForEach-Object { $_ | Should -Not -BeNullOrEmpty }
        @($help.returnValues.returnValue.type.name) | Should -Contain $Writes
    }

    It 'has -WhatIf when it writes outside of the pipeline' {
        $command.Parameters.ContainsKey('WhatIf') | Should -Be $Asks
    }
}

Describe 'The fleet' {
    It 'starts nothing with -WhatIf' {
        Start-PatchFleetOperation Install -Tag @{ Env = 'prod' } -Region eu-central-1 -WhatIf | Should -BeNullOrEmpty
    }

    It 'refuses <Command> with <Id>, before any network' -ForEach @(
        @{ Command = 'Start-PatchFleetOperation Scan -Region eu-central-1'; Id = 'FleetTargetInvalid' }
        @{ Command = "Start-PatchFleetOperation Scan -ResourceGroup a, b -Region eu-central-1"; Id = 'FleetTargetInvalid' }
        @{ Command = "Get-PatchFleetCompliance -Filter 'Missing' -Region eu-central-1"; Id = 'FleetTargetInvalid' }
        @{ Command = 'Get-PatchFleetCompliance -Region mars'; Id = 'InvalidRegion' }
    ) {
        $failure = { Invoke-Expression $Command } | Should -Throw -PassThru
        $failure.FullyQualifiedErrorId | Should -BeLike "$Id,*"
    }

    It 'completes conditions on counts' {
        (TabExpansion2 'Get-PatchFleetCompliance -Filter Mis').CompletionMatches.CompletionText | Should -Be "'MissingCount>0'"
    }
}

Describe 'Save-PatchPayload' {
    BeforeAll {
        $bundle = Join-Path $TestDrive 'PatchTools-0.tar.gz'
        $file = [System.IO.File]::Create($bundle)
        $gzip = [System.IO.Compression.GZipStream]::new($file, [System.IO.Compression.CompressionMode]::Compress)
        [System.Formats.Tar.TarFile]::CreateFromDirectory((Split-Path $manifest), $gzip, $true)
        $gzip.Dispose()
        $sum = (Get-FileHash $bundle -Algorithm SHA256).Hash
        $version = (Import-PowerShellDataFile $manifest).ModuleVersion
    }

    It 'installs a bundle as a version that the shell finds' {
        $modules = Join-Path $TestDrive 'modules'
        $installed = Save-PatchPayload $bundle -Sha256 $sum -Version $version -Install -ModulePath $modules
        $installed.FullName | Should -Be (Join-Path $modules 'PatchTools' $version 'PatchTools.psd1')
        $env:PSModulePath = "$modules$([System.IO.Path]::PathSeparator)$env:PSModulePath"
        (Get-Module -ListAvailable PatchTools | Where-Object Path -EQ $installed.FullName).Version | Should -Be $version
    }

    It 'writes nothing with -WhatIf' {
        Save-PatchPayload $bundle -Sha256 $sum -Path (Join-Path $TestDrive 'nothing') -WhatIf | Should -BeNullOrEmpty
        Join-Path $TestDrive 'nothing' | Should -Not -Exist
    }

    It 'refuses another checksum with 151' {
        $failure = { Save-PatchPayload $bundle -Sha256 ('0' * 64) -Path (Join-Path $TestDrive 'nothing') } | Should -Throw -PassThru
        $failure.FullyQualifiedErrorId | Should -BeLike 'PayloadChecksumMismatch,*'
        $failure.Exception.ExitCode | Should -Be 151
    }
}

Describe 'Get-PatchSnapshot' {
    It 'reads a bare baseline without any network' {
        $snapshot = Get-PatchSnapshot -Path $baseline
        $snapshot | Should -BeOfType PatchTools.PatchSnapshot
        $snapshot.Origin | Should -Be 'File'
        $snapshot.SnapshotId | Should -Match '^[0-9a-f-]{36}$'
        $snapshot.Baseline.Name | Should -Be 'Pester'
        $snapshot.Baseline.ApprovalRules | Should -HaveCount 1
        $snapshot.Baseline.ApprovalRules[0].Filters[0].Values[1] | Should -Be 'Important'
    }

    It 'takes a path relative to the current location' {
        Push-Location (Split-Path $baseline)
        try { (Get-PatchSnapshot -Path baseline.json).Baseline.Name | Should -Be 'Pester' } finally { Pop-Location }
    }

    It 'takes a path on a drive of the session' {
        New-PSDrive -Name PatchFixtures -PSProvider FileSystem -Root (Split-Path $baseline) | Out-Null
        try { (Get-PatchSnapshot -Path PatchFixtures:/baseline.json).Baseline.Name | Should -Be 'Pester' } finally { Remove-PSDrive PatchFixtures }
    }

    It 'knows the predefined baseline of the host' {
        $PatchToolsComposition = New-Composition $image (Join-Path $TestDrive 'none')
        $snapshot = Get-PatchSnapshot -Default
        $snapshot.Origin | Should -Be 'Default'
        $snapshot.Baseline.Name | Should -Be 'AWS-DebianDefaultPatchBaseline'
        $snapshot.Product | Should -Be 'Debian12'
    }

    It 'says where a document is broken' {
        $broken = Join-Path $TestDrive 'broken.json'
        Set-Content $broken '{ "Name": '
        { Get-PatchSnapshot -Path $broken } | Should -Throw -ErrorId 'SnapshotMalformed,PatchTools.Commands.GetPatchSnapshotCommand'
    }

    It 'ends with id, category, target, recommended action and exit code when the file is missing' {
        $missing = Join-Path $TestDrive 'none.json'
        $failure = { Get-PatchSnapshot -Path $missing } | Should -Throw -PassThru
        $failure.FullyQualifiedErrorId | Should -Be 'SnapshotNotFound,PatchTools.Commands.GetPatchSnapshotCommand'
        $failure.CategoryInfo.Category | Should -Be 'ObjectNotFound'
        $failure.TargetObject | Should -Be $missing
        $failure.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
        $failure.Exception.ExitCode | Should -Be 143
        $failure.Exception.Message | Should -BeLike "*$missing*"
    }

    It 'refuses <Argument> with <Id>, before any network' -ForEach @(
        @{ Argument = '-InstanceId x -Region eu-central-1'; Id = 'InvalidInstanceId'; ExitCode = 143 }
        @{ Argument = '-InstanceId i-0123456789abcdef0 -Region mars'; Id = 'InvalidRegion'; ExitCode = 143 }
        @{ Argument = '-InstanceId i-0123456789abcdef0 -Region eu-central-1 -SnapshotId x'; Id = 'InvalidSnapshotId'; ExitCode = 143 }
        @{ Argument = '-EndpointUrl localhost'; Id = 'InvalidLocation'; ExitCode = 1 }
        @{ Argument = '-InstanceId i-0123456789abcdef0 -Region eu-central-1 -BaselineOverride /nonexistent/list.json'; Id = 'BaselineOverrideDownloadFailed'; ExitCode = 162 }
        @{ Argument = '-Path env:/HOME'; Id = 'InvalidLocation'; ExitCode = 1 }
    ) {
        $PatchToolsComposition = New-Composition $image (Join-Path $TestDrive 'none')
        $failure = { Invoke-Expression "Get-PatchSnapshot $Argument" } | Should -Throw -PassThru
        $failure.FullyQualifiedErrorId | Should -BeLike "$Id,*"
        $failure.Exception.ExitCode | Should -Be $ExitCode
    }

    It 'completes file names and regions' {
        Push-Location (Split-Path $baseline)
        try { (TabExpansion2 'Get-PatchSnapshot -Path ').CompletionMatches.ListItemText | Should -Contain 'baseline.json' } finally { Pop-Location }
        (TabExpansion2 'Get-PatchSnapshot -Region eu-c').CompletionMatches.CompletionText | Should -Be @('eu-central-1', 'eu-central-2')
    }
}

Describe 'A baseline made here' {
    BeforeAll { $made = New-PatchApprovalRule -Priority Required, Important -EnableNonSecurity -ComplianceLevel HIGH | New-PatchBaseline web -OperatingSystem DEBIAN -RejectedPatch telnetd }

    It 'has what it was made of' {
        $made | Should -BeOfType PatchTools.PatchBaseline
        $made.OperatingSystem | Should -Be 'DEBIAN'
        $made.ApprovalRules | Should -HaveCount 1
        $made.ApprovalRules[0].Filters[0].Key | Should -Be 'PRIORITY'
        $made.ApprovalRules[0].ApproveAfterDays | Should -Be 0
        $made.RejectedPatches | Should -Be 'telnetd'
    }

    It 'is a changed copy with -BasedOn' {
        $copy = New-PatchBaseline copy -BasedOn $made -ApprovedPatches 'openssl*'
        $copy.Name | Should -Be 'copy'
        $copy.ApprovedPatches | Should -Be 'openssl*'
        $copy.RejectedPatches | Should -Be 'telnetd'
        $copy.ApprovalRules | Should -HaveCount 1
    }

    It 'takes dates as text and as dates' {
        foreach ($date in '2026-03-01', [datetime]'2026-03-01', [datetime]::new(2026, 3, 1, 5, 0, 0, [System.DateTimeKind]::Utc)) {
            (New-PatchApprovalRule -ApproveUntilDate $date).ApproveUntilDate.ToString('yyyy-MM-dd') | Should -Be '2026-03-01'
        }
    }

    It 'is what a host can be compared with' {
        $PatchToolsComposition = New-Composition $image (Join-Path $TestDrive 'none')
        ($made | Get-PatchSnapshot | Test-PatchCompliance @anyAge).Counts.Missing | Should -Be 1
    }

    It 'survives the form <_>' -ForEach 'Snapshot', 'GetPatchBaseline' {
        $file = Join-Path $TestDrive "$_.json"
        ($made | Export-PatchBaseline -Path $file -As $_ -PassThru).FullName | Should -Be $file
        $again = (Get-PatchSnapshot -Path $file -WarningAction SilentlyContinue).Baseline
        $again | ConvertTo-Json -Depth 9 | Should -Be ($made | ConvertTo-Json -Depth 9)
    }

    It 'is one of several in an override, and alone in every other form' {
        $file = Join-Path $TestDrive 'override.json'
        $made, (New-PatchBaseline web -BasedOn $made -OperatingSystem UBUNTU) | Export-PatchBaseline -Path $file -As Override
        (Get-Content $file -Raw | ConvertFrom-Json).OperatingSystem | Should -Be @('DEBIAN', 'UBUNTU')
        { $made, $made | Export-PatchBaseline -Path $file } | Should -Throw -ErrorId 'BaselineInvalid,PatchTools.Commands.ExportPatchBaselineCommand'
        { $made, $made | Export-PatchBaseline -Path $file -As Override } | Should -Throw -ErrorId 'BaselineOverrideSeveralEntries,PatchTools.Commands.ExportPatchBaselineCommand'
    }

    It 'is not exported with -WhatIf' {
        $file = Join-Path $TestDrive 'not-written.json'
        $made | Export-PatchBaseline -Path $file -WhatIf
        $file | Should -Not -Exist
    }

    It 'is told its faults' {
        $issues = @($made | Test-PatchBaseline)
        $issues | Should -BeOfType PatchTools.BaselineIssue
        $issues.Kind | Should -Be 'Hole'
        $made | Test-PatchBaseline -Quiet | Should -BeFalse
        New-PatchApprovalRule -Priority * | New-PatchBaseline web -OperatingSystem DEBIAN | Test-PatchBaseline -Quiet | Should -BeTrue
    }

    It 'is told what meets nothing on a host' {
        $inventory = Get-PatchInventory -Root $image @anyAge -WarningAction SilentlyContinue
        @(Get-PatchSnapshot -Path $baseline | Test-PatchBaseline -Inventory $inventory | Where-Object Kind -EQ MatchesNothingHere) | Should -HaveCount 0
        ($made | Test-PatchBaseline -Inventory $inventory | Where-Object Kind -EQ MatchesNothingHere).Entry | Should -Be 'telnetd'
    }

    It 'refuses a source whose name cannot be a file name' {
        { New-PatchBaseline x -OperatingSystem DEBIAN -Source @{ Name = '../x'; Configuration = 'deb http://x/ y main' } } | Should -Throw -ErrorId 'BaselineInvalid,PatchTools.Commands.NewPatchBaselineCommand'
    }

    It 'completes what AWS publishes' {
        (TabExpansion2 'New-PatchApprovalRule -Severity Cr').CompletionMatches.CompletionText | Should -Be 'Critical'
        (TabExpansion2 'New-PatchApprovalRule -Classification Sec').CompletionMatches.CompletionText | Should -Be 'Security'
        (TabExpansion2 'New-PatchBaseline x -OperatingSystem AMAZON_LINUX_202').CompletionMatches.CompletionText | Should -Be @('AMAZON_LINUX_2022', 'AMAZON_LINUX_2023')
    }
}

Describe 'A host in a folder' {
    BeforeAll {
        $inventory = Get-PatchInventory -Root $image @anyAge -WarningAction SilentlyContinue
        $report = Get-PatchSnapshot -Path $baseline | Test-PatchCompliance -Inventory $inventory
    }

    It 'is read' {
        $inventory | Should -BeOfType PatchTools.HostInventory
        $inventory.Origin | Should -Be 'Root'
        $inventory.PackageManager | Should -Be 'apt'
        $inventory.Installed.Name | Should -Be @('base-files', 'libexample1')
        $inventory.Installed[1].Edition | Should -Be '1.0-1'
        $inventory.Offers[0].Edition | Should -Be '1.0-2'
        $inventory.Repositories | Should -HaveCount 1
        $inventory.Repositories[0].Status | Should -Be 'Ok'
    }

    It 'is compared with a baseline from the pipeline' {
        $report | Should -BeOfType PatchTools.ComplianceReport
        $report.Verdict | Should -Be 'NonCompliant'
        $report.ExitCode | Should -Be 0
        $report.Counts.Missing | Should -Be 1
        $missing = $report.Findings | Where-Object State -EQ 'Missing'
        $missing.Name | Should -Be 'libexample1'
        $missing.InstalledVersion | Should -Be '1.0-1'
        $missing.AvailableVersion | Should -Be '1.0-2'
        $missing.Why | Should -Not -BeNullOrEmpty
        $missing.Explanation.Observations | Should -Not -BeNullOrEmpty
    }

    It 'gives its findings one by one' {
        @($report.Findings[0]) | Should -HaveCount 1
        $report.Findings[-1].Name | Should -Be $report.Findings[$report.Findings.Count - 1].Name
    }

    It 'writes findings with -As Detail' {
        $findings = Get-PatchSnapshot -Path $baseline | Test-PatchCompliance -Inventory $inventory -As Detail
        $findings | Should -BeOfType PatchTools.PatchFinding
        $findings | Where-Object { -not $_.IsCompliant } | ForEach-Object Name | Should -Be 'libexample1'
    }

    It 'writes a Boolean with -Quiet' {
        $answer = Get-PatchSnapshot -Path $baseline | Test-PatchCompliance -Inventory $inventory -Quiet
        $answer | Should -BeOfType bool
        $answer | Should -BeFalse
    }

    It 'is read from a path relative to the current location' {
        Push-Location (Split-Path $image)
        try { (Get-PatchInventory -Root debian @anyAge -WarningAction SilentlyContinue).Installed | Should -HaveCount 2 } finally { Pop-Location }
    }

    It 'cannot be told to comply when its metadata is old' {
        $old = Join-Path $TestDrive 'old'
        Copy-Item $image $old -Recurse
        Get-ChildItem $old -Recurse | ForEach-Object { $_.LastWriteTimeUtc = [datetime]::UtcNow.AddDays(-40) }
        $told = Get-PatchSnapshot -Path $baseline | Test-PatchCompliance -Inventory (Get-PatchInventory -Root $old -WarningAction SilentlyContinue)
        $told.Verdict | Should -Be 'NotProven'
        $told.ExitCode | Should -Be 1
        $told | Out-String | Should -Match 'Cannot tell: http://repository\.example\.com/debian bookworm main'
    }

    It 'names what is damaged when a list is not the one that was promised' {
        $spoilt = Join-Path $TestDrive 'spoilt'
        Copy-Item $image $spoilt -Recurse
        Get-ChildItem $spoilt -Recurse -Filter '*Packages*' | ForEach-Object { [System.IO.File]::WriteAllText($_.FullName, '') }
        $told = Get-PatchSnapshot -Path $baseline | Test-PatchCompliance -Inventory (Get-PatchInventory -Root $spoilt @anyAge -WarningAction SilentlyContinue)
        $told.Verdict | Should -Be 'NotProven'
        $told.Inventory.NotProvenBecause | Should -Not -BeNullOrEmpty
        (Get-PatchSnapshot -Path $baseline | Test-PatchCompliance -Inventory $told.Inventory -Quiet) | Should -BeFalse
    }

    It 'is never green with a baseline that judges nothing' {
        $none = Join-Path $TestDrive 'none.json'
        New-PatchBaseline none -OperatingSystem DEBIAN | Export-PatchBaseline -Path $none
        $told = Get-PatchSnapshot -Path $none | Test-PatchCompliance -Inventory $inventory
        $told.Verdict | Should -Be 'NothingJudged'
        $told.VerdictText | Should -Match '^Nothing judged: the baseline has neither approval rules nor approved patches'
        $told.ExitCode | Should -Be 0
        (Get-PatchSnapshot -Path $none | Test-PatchCompliance -Inventory $inventory -Quiet) | Should -BeFalse
        $file = Join-Path $TestDrive 'none.xml'
        $told | Export-PatchReport -Path $file
        ([xml](Get-Content $file -Raw)).testsuites.errors | Should -Be 1
    }

    It 'refuses a baseline for another package family with exit code 146' {
        $suse = Join-Path $TestDrive 'suse.json'
        New-PatchApprovalRule -Classification Security | New-PatchBaseline suse -OperatingSystem SUSE | Export-PatchBaseline -Path $suse
        $failure = { Get-PatchSnapshot -Path $suse | Test-PatchCompliance -Inventory $inventory } | Should -Throw -PassThru
        $failure.Exception.ExitCode | Should -Be 146
        $failure.FullyQualifiedErrorId | Should -Match '^SnapshotForAnotherFamily'
    }

    It 'survives export and import' {
        $file = Join-Path $TestDrive 'inventory.json'
        ($inventory | Export-PatchInventory -Path $file -PassThru).FullName | Should -Be $file
        $again = Get-PatchInventory -Path $file
        $again.Origin | Should -Be 'File'
        $theirs = Get-PatchSnapshot -Path $baseline | Test-PatchCompliance -Inventory $again -As Detail
        ($theirs | ForEach-Object { "$($_.Name) $($_.State) $($_.Why)" }) | Should -Be ($report.Findings | ForEach-Object { "$($_.Name) $($_.State) $($_.Why)" })
    }

    It 'is not exported with -WhatIf' {
        $file = Join-Path $TestDrive 'not-written.json'
        $inventory | Export-PatchInventory -Path $file -WhatIf
        $file | Should -Not -Exist
    }

    It 'says what is wrong with a file that is not an inventory' {
        { Get-PatchInventory -Path $baseline } | Should -Throw -ErrorId 'InventoryMalformed,PatchTools.Commands.GetPatchInventoryCommand'
    }

    It 'is exported as <_>' -ForEach 'html', 'csv', 'json', 'md', 'xml' {
        $file = Join-Path $TestDrive "report.$_"
        ($report | Export-PatchReport -Path $file -PassThru).FullName | Should -Be $file
        Get-Content $file -Raw | Should -Match 'libexample1'
    }

    It 'is exported in no form that nobody knows, and not with -WhatIf' {
        { $report | Export-PatchReport -Path (Join-Path $TestDrive 'report.docx') } | Should -Throw -ErrorId 'ReportFormatUnknown,PatchTools.Commands.ExportPatchReportCommand'
        $report | Export-PatchReport -Path (Join-Path $TestDrive 'not-written.html') -WhatIf
        Join-Path $TestDrive 'not-written.html' | Should -Not -Exist
    }

    It 'is never published' {
        $failure = { $report | Publish-PatchSummary -StateDirectory (Join-Path $TestDrive 'published') -Region eu-central-1 -InstanceId i-0123456789abcdef0 -EndpointUrl http://127.0.0.1:9 } |
            Should -Throw -PassThru
        $failure.FullyQualifiedErrorId | Should -BeIn @('SnapshotNotFromService,PatchTools.Commands.PublishPatchSummaryCommand', 'InventoryNotOfThisHost,PatchTools.Commands.PublishPatchSummaryCommand')
    }

    It 'is neither saved nor sent with -WhatIf' {
        $state = Join-Path $TestDrive 'state'
        $report | Publish-PatchSummary -StateDirectory $state -WhatIf
        $state | Should -Not -Exist
    }
}

Describe 'A host of its own' {
    BeforeEach {
        $state = Join-Path $TestDrive ([guid]::NewGuid())
        $PatchToolsComposition = New-Composition $image $state
    }

    It 'is read by Test-PatchCompliance, which leaves nothing behind' {
        (Get-PatchSnapshot -Path $baseline | Test-PatchCompliance @anyAge).Counts.Missing | Should -Be 1
        $state | Should -Not -Exist
    }

    It 'is scanned by Invoke-PatchBaseline, which saves and does not send' {
        $report = Invoke-PatchBaseline -Operation Scan -Path $baseline @anyAge
        $report | Should -BeOfType PatchTools.ComplianceReport
        $report.ExitCode | Should -Be 0
        $report.Uploaded | Should -BeFalse
        $report.UploadNote | Should -Match 'not sent'
        $files = Get-StateFile $state
        $files | Should -Contain 'patch-configuration/patch-states-configuration.json'
        $files | Should -Contain 'patch-configuration/patch-inventory-from-last-operation.json'
    }

    It 'shows findings with -As Detail' {
        (Invoke-PatchBaseline Scan -Path $baseline -As Detail @anyAge | Where-Object State -EQ Missing).Name | Should -Be 'libexample1'
    }

    It 'is scanned and left alone with -WhatIf' {
        (Invoke-PatchBaseline -Operation Scan -Path $baseline @anyAge -WhatIf).Counts.Missing | Should -Be 1
        $state | Should -Not -Exist
    }

    It 'keeps a summary of every run' {
        1..2 | ForEach-Object { Invoke-PatchBaseline -Operation Scan -Path $baseline @anyAge | Out-Null }
        $last = Get-PatchSummary
        $last | Should -BeOfType PatchTools.PatchSummary
        $last.Operation | Should -Be 'Scan'
        $last.Counts.Missing | Should -Be 1
        $history = @(Get-PatchSummary -History)
        $history | Should -HaveCount 2
        $history[0].OperationEnd | Should -BeGreaterOrEqual $history[1].OperationEnd
    }

    It 'says what to do when there is no summary' {
        $failure = { Get-PatchSummary } | Should -Throw -PassThru
        $failure.FullyQualifiedErrorId | Should -Be 'SummaryNotFound,PatchTools.Commands.GetPatchSummaryCommand'
        $failure.ErrorDetails.RecommendedAction | Should -Match 'Invoke-PatchBaseline'
        @(Get-PatchSummary -History) | Should -HaveCount 0
    }

    It 'is installed on by root only, and left alone' {
        $failure = { Invoke-PatchBaseline -Operation Install -Path $baseline @anyAge } | Should -Throw -PassThru
        $failure.FullyQualifiedErrorId | Should -Be 'ElevationRequired,PatchTools.Commands.InvokePatchBaselineCommand'
        $failure.Exception.ExitCode | Should -Be 172
        Get-StateFile $state | Where-Object { $_ -notlike '*run.lock' } | Should -BeNullOrEmpty
    }

    It 'is asked whether it needs a reboot' {
        $assessment = Test-PatchRebootRequired
        $assessment | Should -BeOfType PatchTools.RebootAssessment
        $assessment.VerdictText | Should -Not -BeNullOrEmpty
        $assessment | Out-String | Should -Match 'reboot'
        Test-PatchRebootRequired -Quiet -WarningAction SilentlyContinue | Should -BeOfType bool
        $state | Should -Not -Exist
    }

    It 'is refreshed by root only' {
        foreach ($command in { Get-PatchInventory -Refresh }, { Get-PatchSnapshot -Path $baseline | Test-PatchCompliance -Refresh }) {
            $failure = $command | Should -Throw -PassThru
            $failure.FullyQualifiedErrorId | Should -BeLike 'ElevationRequired,*'
            $failure.CategoryInfo.Category | Should -Be 'PermissionDenied'
            $failure.Exception.ExitCode | Should -Be 172
        }
    }

    It 'has nothing to send when nothing is pending' {
        @(Publish-PatchSummary -Pending -PassThru -Region eu-central-1 -InstanceId i-0123456789abcdef0 -EndpointUrl http://127.0.0.1:9) | Should -HaveCount 0
    }

    It 'tells each decision once with -Verbose' {
        $said = @(Invoke-PatchBaseline -Operation Scan -Path $baseline @anyAge -Verbose 4>&1 | Where-Object { $_ -is [System.Management.Automation.VerboseRecord] } | ForEach-Object Message)
        $said | Where-Object { $_ -like 'Baseline Pester*' } | Should -HaveCount 1
        $said | Where-Object { $_ -like 'Read 2 installed packages*' } | Should -HaveCount 1
        $said | Where-Object { $_ -like 'Not compliant: 1 patch is missing.*' } | Should -HaveCount 1
        $said | ForEach-Object { $_ | Should -Not -Match "`n" }
    }

    It 'says nothing but its report otherwise' {
        $all = @(Invoke-PatchBaseline -Operation Scan -Path $baseline @anyAge *>&1)
        $all | Should -HaveCount 1
        $all[0] | Should -BeOfType PatchTools.ComplianceReport
    }
}

Describe 'Invoke-PatchBaseline' {
    It 'takes only operations that exist' {
        { Invoke-PatchBaseline -Operation Upgrade } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
    }

    It 'never prompts by default' {
        (Get-Command Invoke-PatchBaseline).ImplementingType.GetCustomAttributes($false).Where({ $_ -is [System.Management.Automation.CmdletAttribute] }).ConfirmImpact | Should -Be 'Medium'
    }

    It 'fails instead of asking where nobody is' {
        $said = & $shell -NoProfile -NonInteractive -Command "Import-Module '$manifest'; Invoke-PatchBaseline" 2>&1 | Out-String
        $LASTEXITCODE | Should -Not -Be 0
        $said | Should -Match 'Operation'
    }

    It 'gives its exit code to the script of a document' {
        $document = 'try { exit (Invoke-PatchBaseline -Operation Scan -Path /nonexistent/baseline.json).ExitCode } catch { "$_"; exit ($_.Exception.ExitCode ?? 1) }'
        & $shell -NoProfile -NonInteractive -Command "Import-Module '$manifest'; $document" 2>&1 | Out-Null
        $LASTEXITCODE | Should -Be 143
    }
}

Describe 'What a person sees' {
    BeforeAll {
        $inventory = Get-PatchInventory -Root $image @anyAge -WarningAction SilentlyContinue
        $report = Get-PatchSnapshot -Path $baseline | Test-PatchCompliance -Inventory $inventory
        $rendering = $PSStyle.OutputRendering
    }

    BeforeEach { $PSStyle.OutputRendering = 'PlainText' }

    AfterEach { $PSStyle.OutputRendering = $rendering }

    It 'is verdict, counts and the table at <_> columns' -ForEach 80, 100 {
        $text = $report | Out-String -Width $_
        $text | Should -Match '1 patch is missing'
        $text | Should -Match 'Missing 1 · '
        $text | Should -Match 'libexample1 +1\.0-1 → 1\.0-2'
    }

    It 'is a table of findings grouped by state' {
        $text = $report.Findings | Out-String -Width 100
        $text | Should -Match 'State: Missing'
        $text | Should -Match 'Name +Installed → Available +Severity +Why'
        $text | Should -Match 'libexample1 +1\.0-1 → 1\.0-2 +HIGH'
    }

    It 'is the whole explanation in a list' {
        $text = $report.Findings | Where-Object State -EQ Missing | Format-List | Out-String -Width 100
        $text | Should -Match 'Name +: libexample1'
        $text | Should -Match 'Why +: \S'
        $text | Should -Match 'Observations +: \S'
    }

    It 'is a list of the <Name>' -ForEach @(
        @{ Name = 'inventory'; Of = { $inventory }; Says = 'Installed +: 2' }
        @{ Name = 'snapshot'; Of = { $report.Snapshot }; Says = 'Baseline +: Pester' }
        @{ Name = 'baseline'; Of = { $report.Snapshot.Baseline }; Says = 'ApprovalRules +: PRIORITY=Required, Important' }
        @{ Name = 'explanation'; Of = { $report.Findings[-1].Explanation }; Says = 'Summary +: \S' }
    ) {
        & $Of | Out-String -Width 100 | Should -Match $Says
    }

    It 'has no escape codes in plain text' {
        $report | Out-String | Should -Not -Match "`e"
    }

    It 'has colour where the session wants it' {
        $PSStyle.OutputRendering = 'Ansi'
        $report | Out-String | Should -Match "`e\[31mNot compliant"
    }

    It 'is the same in strict mode' {
        Set-StrictMode -Version Latest
        $report | Out-String -Width 100 | Should -Match 'libexample1 +1\.0-1 → 1\.0-2'
        $report.Findings | Format-List | Out-String | Should -Match 'Observations'
        $inventory | Out-String | Should -Match 'Installed +: 2'
    }

    It 'goes into CSV and JSON' {
        $row = $report.Findings | ConvertTo-Csv | ConvertFrom-Csv | Where-Object State -EQ Missing
        $row.AvailableVersion | Should -Be '1.0-2'
        ($report.Findings | ConvertTo-Json -Depth 4 | ConvertFrom-Json | Where-Object Name -EQ libexample1).Why | Should -Not -BeNullOrEmpty
    }
}
