#requires -Version 7.4
#requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.5.0' }

# Runs in the real shell:  pwsh -NoProfile -Command "Invoke-Pester tests/Pester"   (after a build: the staged module in artifacts/PatchTools is tested)

BeforeDiscovery {
    $cmdlets = @(
        @{ Name = 'Export-PatchInventory'; Writes = 'System.IO.FileInfo'; Default = 'Inventory'; Mandatory = @('Inventory', 'Path') }
        @{ Name = 'Get-PatchInventory'; Writes = 'PatchTools.HostInventory'; Default = 'Host'; Mandatory = @() }
        @{ Name = 'Get-PatchSnapshot'; Writes = 'PatchTools.PatchSnapshot'; Default = 'Service'; Mandatory = @() }
        @{ Name = 'Get-PatchSummary'; Writes = 'PatchTools.PatchSummary'; Default = 'Summary'; Mandatory = @() }
        @{ Name = 'Invoke-PatchBaseline'; Writes = 'PatchTools.ComplianceReport'; Default = 'Service'; Mandatory = @('Operation') }
        @{ Name = 'Publish-PatchSummary'; Writes = 'PatchTools.PublishReceipt'; Default = 'Report'; Mandatory = @('Report') }
        @{ Name = 'Test-PatchRebootRequired'; Writes = 'PatchTools.RebootAssessment'; Default = 'Host'; Mandatory = @() }
        @{ Name = 'Test-PatchCompliance'; Writes = 'PatchTools.ComplianceReport'; Default = 'Host'; Mandatory = @('Snapshot') }
    )
}

BeforeAll {
    $root = Join-Path $PSScriptRoot '..' '..' | Resolve-Path
    $manifest = Join-Path $root 'artifacts' 'PatchTools' 'PatchTools.psd1'
    if (-not (Test-Path $manifest)) { throw "$manifest is missing: build first (./build.ps1)." }
    Import-Module $manifest -Force
    $baseline = Join-Path $PSScriptRoot 'Fixtures' 'baseline.json'
}

Describe 'The module' {
    It 'imports without an AWS assembly' {
        $loaded = & (Get-Process -Id $PID).Path -NoProfile -Command "Import-Module '$manifest'; [AppDomain]::CurrentDomain.GetAssemblies().GetName().Name"
        $loaded | Should -Contain 'PatchTools'
        $loaded | Where-Object { $_ -like 'AWSSDK*' -or $_ -eq 'PatchTools.Adapters' } | Should -BeNullOrEmpty
    }

    It 'imports a second time with -Force' {
        Import-Module $manifest -Force
        (Get-Command -Module PatchTools).Count | Should -Be 9
    }

    It 'exports cmdlets and nothing else' {
        (Get-Module PatchTools).ExportedFunctions.Count | Should -Be 0
        (Get-Module PatchTools).ExportedAliases.Count | Should -Be 0
        (Get-Module PatchTools).ExportedVariables.Count | Should -Be 0
    }

    It 'has a valid manifest' {
        (Test-ModuleManifest $manifest).Name | Should -Be 'PatchTools'
    }

    It 'uses approved verbs' {
        $approved = (Get-Verb).Verb
        (Get-Command -Module PatchTools).Verb | ForEach-Object { $_ | Should -BeIn $approved }
    }

    It 'brings the page of exit codes' {
        (Get-Help about_PatchTools_ExitCodes | Out-String) | Should -Match 'RunInProgress'
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
}

Describe 'Get-PatchSnapshot' {
    It 'reads a bare baseline without any network' {
        $snapshot = Get-PatchSnapshot -Path $baseline
        $snapshot.Origin | Should -Be 'File'
        $snapshot.Baseline.Name | Should -Be 'Pester'
        $snapshot.Baseline.ApprovalRules | Should -HaveCount 1
    }

    It 'takes a path relative to the current location' {
        Push-Location (Split-Path $baseline)
        try { (Get-PatchSnapshot -Path baseline.json).Baseline.Name | Should -Be 'Pester' } finally { Pop-Location }
    }

    It 'says where a document is broken' {
        $broken = Join-Path $TestDrive 'broken.json'
        Set-Content $broken '{ "Name": '
        { Get-PatchSnapshot -Path $broken } | Should -Throw -ErrorId 'SnapshotMalformed,PatchTools.Commands.GetPatchSnapshotCommand'
    }

    It 'ends with id, category, cure and exit code when the file is missing' {
        $failure = { Get-PatchSnapshot -Path (Join-Path $TestDrive 'none.json') } | Should -Throw -PassThru
        $failure.FullyQualifiedErrorId | Should -Be 'SnapshotNotFound,PatchTools.Commands.GetPatchSnapshotCommand'
        $failure.CategoryInfo.Category | Should -Be 'ObjectNotFound'
        $failure.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
        $failure.Exception.ExitCode | Should -Be 143
    }

    It 'completes file names and regions' {
        Push-Location (Split-Path $baseline)
        try { (TabExpansion2 'Get-PatchSnapshot -Path ').CompletionMatches.ListItemText | Should -Contain 'baseline.json' } finally { Pop-Location }
        (TabExpansion2 'Get-PatchSnapshot -Region eu-c').CompletionMatches.CompletionText | Should -Be @('eu-central-1', 'eu-central-2')
    }
}

Describe 'A host in a folder' {
    BeforeAll {
        $image = Join-Path $PSScriptRoot 'Fixtures' 'debian'
        $inventory = Get-PatchInventory -Root $image -MaxMetadataAge 36500 -WarningAction SilentlyContinue
    }

    It 'is read' {
        $inventory.Origin | Should -Be 'Root'
        $inventory.PackageManager | Should -Be 'apt'
        $inventory.Installed.Name | Should -Be @('base-files', 'libexample1')
    }

    It 'is compared with a baseline from the pipeline' {
        $report = Get-PatchSnapshot -Path $baseline | Test-PatchCompliance -Inventory $inventory
        $report | Should -BeOfType PatchTools.ComplianceReport
        $report.Counts.Missing | Should -Be 1
        $missing = $report.Findings | Where-Object State -EQ 'Missing'
        $missing.Name | Should -Be 'libexample1'
        $missing.AvailableVersion | Should -Be '1.0-2'
        $missing.Why | Should -Not -BeNullOrEmpty
    }

    It 'writes findings with -As Detail' {
        Get-PatchSnapshot -Path $baseline | Test-PatchCompliance -Inventory $inventory -As Detail | Should -BeOfType PatchTools.PatchFinding
    }

    It 'writes a Boolean with -Quiet' {
        Get-PatchSnapshot -Path $baseline | Test-PatchCompliance -Inventory $inventory -Quiet | Should -BeFalse
    }

    It 'survives export and import' {
        $file = Join-Path $TestDrive 'inventory.json'
        ($inventory | Export-PatchInventory -Path $file -PassThru).FullName | Should -Be $file
        $again = Get-PatchInventory -Path $file
        $again.Origin | Should -Be 'File'
        (Get-PatchSnapshot -Path $baseline | Test-PatchCompliance -Inventory $again).Counts.Missing | Should -Be 1
    }

    It 'is not exported with -WhatIf' {
        $file = Join-Path $TestDrive 'not-written.json'
        $inventory | Export-PatchInventory -Path $file -WhatIf
        $file | Should -Not -Exist
    }

    It 'is never published' {
        $report = Get-PatchSnapshot -Path $baseline | Test-PatchCompliance -Inventory $inventory
        { $report | Publish-PatchSummary -StateDirectory $TestDrive -Region eu-central-1 -InstanceId i-0123456789abcdef0 -EndpointUrl http://127.0.0.1:9 } |
            Should -Throw -ErrorId '*,PatchTools.Commands.PublishPatchSummaryCommand'
    }

    It 'is neither saved nor sent with -WhatIf' {
        $state = Join-Path $TestDrive 'state'
        Get-PatchSnapshot -Path $baseline | Test-PatchCompliance -Inventory $inventory | Publish-PatchSummary -StateDirectory $state -WhatIf
        $state | Should -Not -Exist
    }

    It 'shows verdict, counts and the table at <_> columns' -ForEach 80, 100 {
        $text = Get-PatchSnapshot -Path $baseline | Test-PatchCompliance -Inventory $inventory | Out-String -Width $_
        $text | Should -Match '1 patch is missing'
        $text | Should -Match 'Missing 1 · '
        $text | Should -Match 'libexample1 +1\.0-1 → 1\.0-2'
    }
}

Describe 'Invoke-PatchBaseline' {
    It 'refuses Install, which this version has not' {
        { Invoke-PatchBaseline -Operation Install -Default } | Should -Throw -ErrorId 'OperationNotAvailable,PatchTools.Commands.InvokePatchBaselineCommand'
    }

    It 'takes only operations that exist' {
        { Invoke-PatchBaseline -Operation Upgrade } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
    }

    It 'never prompts by default' {
        (Get-Command Invoke-PatchBaseline).ImplementingType.GetCustomAttributes($false).Where({ $_ -is [System.Management.Automation.CmdletAttribute] }).ConfirmImpact | Should -Be 'Medium'
    }
}

Describe 'Get-PatchSummary' {
    It 'says what to do when there is none' {
        $failure = { Get-PatchSummary -StateDirectory (Join-Path $TestDrive 'empty') } | Should -Throw -PassThru
        $failure.FullyQualifiedErrorId | Should -Be 'SummaryNotFound,PatchTools.Commands.GetPatchSummaryCommand'
        $failure.ErrorDetails.RecommendedAction | Should -Match 'Invoke-PatchBaseline'
    }
}
